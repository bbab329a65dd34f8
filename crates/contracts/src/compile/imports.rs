//! Which sources a contract needs.

use std::path::{Component, Path, PathBuf};

use foundry_compilers::artifacts::Sources;

use super::CompileError;

/// Returns the file of the contract `name`: every contract that is frozen has one that is named after it.
pub(super) fn file_of<'a>(sources: &'a Sources, name: &str) -> Result<&'a Path, CompileError> {
    let mut found = sources.keys().filter(|path| path.file_stem().is_some_and(|stem| stem == name));
    match (found.next(), found.next()) {
        (Some(path), None) => Ok(path),
        (None, _) => Err(CompileError::MissingContract { name: name.to_owned() }),
        (Some(_), Some(_)) => Err(CompileError::SameName { name: name.to_owned() }),
    }
}

/// Returns `file` and everything that it imports, directly or not.
///
/// A contract is compiled with these and nothing else, so that no other file has a say in its code, and so that what an
/// explorer is given is what was compiled.
pub(super) fn closure(sources: &Sources, file: &Path) -> Result<Sources, CompileError> {
    let mut needed = Sources::new();
    let mut open = vec![file.to_owned()];
    while let Some(path) = open.pop() {
        if needed.contains_key(&path) {
            continue;
        }
        let source = sources.get(&path).ok_or_else(|| CompileError::Import { path: path.clone() })?;
        for import in imports(&source.content) {
            open.push(resolved(&path, import)?);
        }
        needed.insert(path, source.clone());
    }
    Ok(needed)
}

/// Returns what stands in quotes in each `import`.
fn imports(text: &str) -> impl Iterator<Item = &str> {
    let statements = text.split_inclusive('\n').scan(0, |at, line| {
        let start = *at;
        *at += line.len();
        Some((start, line))
    });
    statements.filter(|(_, line)| line.starts_with("import")).filter_map(|(start, _)| {
        let statement = text[start..].split(';').next()?;
        statement.rsplit('"').nth(1)
    })
}

/// Resolves a path that is relative to the file in which it stands; others are not used here.
fn resolved(file: &Path, import: &str) -> Result<PathBuf, CompileError> {
    let unknown = || CompileError::Import { path: PathBuf::from(import) };
    if !import.starts_with("./") && !import.starts_with("../") {
        return Err(unknown());
    }
    let mut path = file.parent().map(Path::to_owned).unwrap_or_default();
    for component in Path::new(import).components() {
        match component {
            Component::CurDir => {}
            Component::ParentDir => {
                if !path.pop() {
                    return Err(unknown());
                }
            }
            Component::Normal(name) => path.push(name),
            Component::RootDir | Component::Prefix(_) => return Err(unknown()),
        }
    }
    Ok(path)
}

#[cfg(test)]
mod tests {
    use foundry_compilers::artifacts::Source;

    use super::*;

    fn sources(files: &[(&str, &str)]) -> Sources {
        files.iter().map(|(path, text)| (PathBuf::from(path), Source::new(*text))).collect()
    }

    #[test]
    fn what_is_imported_is_found_through_every_file_and_nothing_else() {
        let sources = sources(&[
            (
                "src/A.sol",
                "import {B} from \"./lib/B.sol\";\nimport {\n    D\n} from \"./D.sol\";\n// import \"./E.sol\";",
            ),
            ("src/lib/B.sol", "import \"../A.sol\";\nimport {C} from \"./C.sol\";"),
            ("src/lib/C.sol", ""),
            ("src/D.sol", ""),
            ("src/E.sol", ""),
        ]);
        let found = closure(&sources, Path::new("src/A.sol")).unwrap();
        let paths: Vec<_> = found.keys().map(|path| path.to_str().unwrap()).collect();
        assert_eq!(paths, ["src/A.sol", "src/D.sol", "src/lib/B.sol", "src/lib/C.sol"]);
        assert_eq!(file_of(&sources, "B").unwrap(), Path::new("src/lib/B.sol"));
    }

    #[test]
    fn an_import_that_leads_nowhere_is_refused() {
        for import in ["./Absent.sol", "solady/A.sol", "../../../A.sol", "/A.sol"] {
            let sources = sources(&[("src/A.sol", &format!("import \"{import}\";"))]);
            let error = closure(&sources, Path::new("src/A.sol")).unwrap_err();
            assert!(matches!(error, CompileError::Import { .. }), "{import}: {error}");
        }
    }

    #[test]
    fn a_name_without_a_file_or_with_two_is_refused() {
        let sources = sources(&[("src/A.sol", ""), ("src/lib/A.sol", "")]);
        assert!(matches!(file_of(&sources, "A"), Err(CompileError::SameName { .. })));
        assert!(matches!(file_of(&sources, "B"), Err(CompileError::MissingContract { .. })));
    }
}
