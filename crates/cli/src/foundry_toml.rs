//! `foundry.toml`: the nodes that a Foundry project names.
//!
//! The file is not Quorate's. It is read only when a node is looked for in it, what is not about nodes is not looked at,
//! and what it may take from the environment is what quorate.toml may.

use std::{
    cell::OnceCell,
    collections::BTreeMap,
    os::unix::fs::MetadataExt,
    path::{Path, PathBuf},
};

use toml::{Table, Value};

use crate::{
    error::{Code, Failure, Result},
    files,
    node_url::{NodeTemplate, UrlTemplate},
    template::Template,
};

/// Name of the file.
pub(crate) const FILE_NAME: &str = "foundry.toml";

/// Largest file that is read.
const MAX_LEN: usize = 1024 * 1024;

/// The profile that all others build on.
const DEFAULT_PROFILE: &str = "default";

/// Table of the nodes by their names.
const ENDPOINTS: &str = "rpc_endpoints";

/// The foundry.toml of a directory, read when it is needed.
#[derive(Debug)]
pub(crate) struct FoundryToml {
    /// Where to look; absent where there is no working directory.
    directory: Option<PathBuf>,
    profile: String,
    read: OnceCell<Option<Project>>,
}

/// A file that was read.
struct Project {
    path: PathBuf,
    table: Table,
}

impl FoundryToml {
    /// The file of the working directory; `profile` as `FOUNDRY_PROFILE` has it.
    pub(crate) fn new(profile: Option<String>) -> Self {
        Self::of(std::env::current_dir().ok(), profile)
    }

    fn of(directory: Option<PathBuf>, profile: Option<String>) -> Self {
        let profile = profile.unwrap_or_else(|| DEFAULT_PROFILE.to_owned());
        Self { directory, profile, read: OnceCell::new() }
    }

    /// Returns the node that has a name in `[rpc_endpoints]`.
    ///
    /// # Errors
    ///
    /// [`Code::Config`] when the file, or what it says of this node, is wrong.
    pub(crate) fn endpoint(&self, name: &str) -> Result<Option<NodeTemplate>> {
        let Some(project) = self.project()? else { return Ok(None) };
        let found =
            project.profiles(&self.profile).chain([&project.table]).find_map(|table| table.get(ENDPOINTS)?.get(name));
        found
            .map(|value| node(value).map_err(|error| project.wrong(&format!("[{ENDPOINTS}] {name}: {error}"))))
            .transpose()
    }

    /// Returns the node that `eth_rpc_url` of the profile names, by a URL or by a name in `[rpc_endpoints]`.
    ///
    /// # Errors
    ///
    /// As [`FoundryToml::endpoint`].
    pub(crate) fn default_node(&self) -> Result<Option<NodeTemplate>> {
        const KEY: &str = "eth_rpc_url";
        let Some(project) = self.project()? else { return Ok(None) };
        let Some(value) = project.profiles(&self.profile).find_map(|table| table.get(KEY)) else { return Ok(None) };
        let text = value.as_str().ok_or_else(|| project.wrong(&format!("{KEY} is no text")))?;
        if let Some(node) = self.endpoint(text)? {
            return Ok(Some(node));
        }
        if !text.contains("://") && !text.contains("${") {
            return Err(project.wrong(&format!("{KEY} is neither a URL nor a name of [{ENDPOINTS}]")));
        }
        node(value).map(Some).map_err(|error| project.wrong(&format!("{KEY}: {error}")))
    }

    /// Returns the names in `[rpc_endpoints]`, for those who look for one.
    pub(crate) fn names(&self) -> Vec<String> {
        let Ok(Some(project)) = self.project() else { return Vec::new() };
        let tables = project.profiles(&self.profile).chain([&project.table]);
        let names = tables.filter_map(|table| table.get(ENDPOINTS)?.as_table()).flat_map(Table::keys);
        let mut names: Vec<_> = names.cloned().collect();
        names.sort();
        names.dedup();
        names
    }

    fn project(&self) -> Result<Option<&Project>> {
        if self.read.get().is_none() {
            let path = self.directory.as_deref().and_then(find);
            // Read once: nobody else fills it in between.
            let _ = self.read.set(path.map(Project::read).transpose()?);
        }
        Ok(self.read.get().and_then(Option::as_ref))
    }
}

impl Project {
    fn read(path: PathBuf) -> Result<Self> {
        let bytes = files::read_bounded(&path, MAX_LEN).map_err(|error| error.into_failure(&path, Code::Config))?;
        let text = std::str::from_utf8(&bytes).map_err(|_| wrong(&path, "is not UTF-8 text"))?;
        let table = text.parse::<Table>().map_err(|error| {
            let line = error.span().map_or(1, |span| 1 + text[..span.start].matches('\n').count());
            wrong(&path, &format!("line {line}: {}", error.message()))
        })?;
        Ok(Self { path, table })
    }

    /// Returns the tables of a profile and of the one that it builds on, the nearer first.
    fn profiles<'a>(&'a self, profile: &'a str) -> impl Iterator<Item = &'a Table> {
        let names = if profile == DEFAULT_PROFILE { vec![profile] } else { vec![profile, DEFAULT_PROFILE] };
        names.into_iter().filter_map(|name| self.table.get("profile")?.get(name)?.as_table())
    }

    fn wrong(&self, what: &str) -> Failure {
        wrong(&self.path, what)
    }
}

impl std::fmt::Debug for Project {
    /// Leaves out what the file says: a URL in it may hold a key.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Project").field("path", &self.path).finish_non_exhaustive()
    }
}

fn wrong(path: &Path, what: &str) -> Failure {
    Failure::new(Code::Config, format_args!("{}: {what}", path.display()))
        .hint("a node that is named with --rpc-url, ETH_RPC_URL or in quorate.toml by its URL does not need this file")
}

/// Reads what is said of one node: its URL, or a table with it.
fn node(value: &Value) -> Result<NodeTemplate, String> {
    let text = |value: &Value| value.as_str().map(str::to_owned).ok_or("is no text".to_owned());
    let (url, auth) = match value {
        Value::String(url) => (url.clone(), None),
        Value::Table(table) => {
            let url = table.get("endpoint").or_else(|| table.get("url")).ok_or("there is no `endpoint`")?;
            (text(url)?, table.get("auth").map(text).transpose()?)
        }
        _ => return Err("is neither a URL nor a table".to_owned()),
    };
    let mut headers = BTreeMap::new();
    if let Some(auth) = auth {
        headers.insert("authorization".to_owned(), Template::parse(&auth)?);
    }
    let node = NodeTemplate { file: FILE_NAME, url: UrlTemplate::parse(&url)?, headers };
    node.check().map(|()| node)
}

/// Finds the file: in the directory, or above it in the same git repository.
///
/// Nowhere else: what is above a repository, or in a directory that is none, is somebody else's. Above, the file has to
/// belong to the user, as git itself asks of a repository.
fn find(directory: &Path) -> Option<PathBuf> {
    let here = directory.join(FILE_NAME);
    if here.symlink_metadata().is_ok() {
        return Some(here);
    }
    let root = directory.ancestors().find(|it| it.join(".git").symlink_metadata().is_ok())?;
    let above = directory.ancestors().skip(1).take_while(|it| it.starts_with(root));
    let found = above.map(|it| it.join(FILE_NAME)).find(|file| file.symlink_metadata().is_ok())?;
    is_ours(&found).then_some(found)
}

fn is_ours(file: &Path) -> bool {
    file.symlink_metadata().is_ok_and(|metadata| metadata.uid() == rustix::process::geteuid().as_raw())
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;

    const GOOD: &str = r#"
        [profile.default]
        src = "src"
        eth_rpc_url = "http://default.test"
        unknown = { anything = [1, 2] }

        [profile.ci]
        eth_rpc_url = "named"

        [profile.deploy.rpc_endpoints]
        plain = "http://deploy.test"

        [rpc_endpoints]
        plain = "http://plain.test/${NODE_API_KEY_NOT}"
        named = "https://named.test/${NODE_API_KEY}"
        table = { endpoint = "https://table.test", auth = "Bearer ${NODE_API_KEY}", retries = 3 }
        other = { url = "https://other.test" }
        socket = "/var/run/node.ipc"
        number = 7
        empty = {}
        clear = { endpoint = "http://node.test", auth = "${NODE_API_KEY}" }
        "#;

    fn directory(content: &str) -> tempfile::TempDir {
        let directory = tempfile::tempdir().unwrap();
        fs::write(directory.path().join(FILE_NAME), content).unwrap();
        directory
    }

    fn foundry(directory: &Path, profile: Option<&str>) -> FoundryToml {
        FoundryToml::of(Some(directory.to_owned()), profile.map(str::to_owned))
    }

    fn url(node: Option<NodeTemplate>) -> String {
        let node = node.unwrap().resolve(&|name| (name == "NODE_API_KEY").then(|| "s3cret".to_owned())).unwrap();
        node.url.to_string()
    }

    #[test]
    fn a_node_is_found_by_its_name() {
        let directory = directory(GOOD);
        let foundry = foundry(directory.path(), None);
        assert_eq!(url(foundry.endpoint("named").unwrap()), "https://named.test/s3cret");
        assert_eq!(url(foundry.endpoint("other").unwrap()), "https://other.test");
        let table = foundry.endpoint("table").unwrap().unwrap();
        assert_eq!(table.headers.keys().collect::<Vec<_>>(), ["authorization"]);
        assert_eq!(url(Some(table)), "https://table.test");
        assert_eq!(foundry.endpoint("absent").unwrap(), None);
        assert!(foundry.names().contains(&"table".to_owned()));
        assert!(!format!("{foundry:?}").contains("default.test"));
    }

    #[test]
    fn what_is_wrong_with_one_node_hurts_no_other() {
        let directory = directory(GOOD);
        let foundry = foundry(directory.path(), None);
        for (name, what) in [
            ("plain", "NODE_API_KEY_NOT"),
            ("number", "neither a URL nor a table"),
            ("empty", "`endpoint`"),
            ("clear", "in clear"),
        ] {
            let failure = foundry.endpoint(name).unwrap_err();
            assert_eq!(failure.code, Code::Config);
            for words in [FILE_NAME, "[rpc_endpoints]", name, what] {
                assert!(failure.message.contains(words), "{words}: {}", failure.message);
            }
        }
        assert!(foundry.endpoint("other").is_ok());
    }

    #[test]
    fn a_profile_builds_on_the_default_one() {
        let directory = directory(GOOD);
        for (profile, expected) in [
            (None, "http://default.test"),
            (Some("ci"), "https://named.test/s3cret"),
            (Some("deploy"), "http://default.test"),
            (Some("absent"), "http://default.test"),
        ] {
            assert_eq!(url(foundry(directory.path(), profile).default_node().unwrap()), expected, "{profile:?}");
        }
        let deploy = foundry(directory.path(), Some("deploy"));
        assert_eq!(url(deploy.endpoint("plain").unwrap()), "http://deploy.test");
        assert_eq!(url(deploy.endpoint("other").unwrap()), "https://other.test");
    }

    #[test]
    fn a_default_node_that_is_none_is_refused() {
        for (value, what) in [("7", "no text"), ("\"nobody\"", "neither"), ("\"${HOME}\"", "HOME")] {
            let directory = directory(&format!("[profile.default]\neth_rpc_url = {value}\n"));
            let failure = foundry(directory.path(), None).default_node().unwrap_err();
            assert!(failure.code == Code::Config && failure.message.contains(what), "{}", failure.message);
        }
        assert_eq!(foundry(directory("").path(), None).default_node().unwrap(), None);
    }

    #[test]
    fn a_file_that_cannot_be_read_is_wrong_only_when_it_is_needed() {
        let directory = directory("[profile.default]\n\nsrc = = 1\n");
        let foundry = foundry(directory.path(), None);
        let failure = foundry.endpoint("x").unwrap_err();
        assert!(failure.code == Code::Config && failure.message.contains("line 3"), "{}", failure.message);
        assert!(foundry.names().is_empty());
        fs::write(directory.path().join(FILE_NAME), [0xff]).unwrap();
        assert!(foundry.default_node().unwrap_err().message.contains("UTF-8"));
        fs::File::create(directory.path().join(FILE_NAME)).unwrap().set_len(64 << 20).unwrap();
        assert!(foundry.default_node().unwrap_err().message.contains("67108864"));
    }

    #[test]
    fn it_is_looked_for_above_in_the_same_repository_and_nowhere_else() {
        let outside = directory(GOOD);
        let inside = outside.path().join("repository/deep/er");
        fs::create_dir_all(&inside).unwrap();
        let names = |directory: &Path| foundry(directory, None).endpoint("other").unwrap().is_some();
        assert!(names(outside.path()));
        assert!(!names(&inside), "the file of a directory that is no repository");
        fs::write(outside.path().join("repository/.git"), "gitdir: elsewhere").unwrap();
        assert!(!names(&inside), "the file above the repository");
        fs::write(outside.path().join("repository").join(FILE_NAME), GOOD).unwrap();
        assert!(names(&inside));
        fs::write(inside.join(FILE_NAME), "").unwrap();
        assert!(!names(&inside), "the nearest file is the one");
    }
}
