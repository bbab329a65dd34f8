//! Safe's own deployments.
//!
//! Addresses and code hashes are those of the npm package `@safe-global/safe-deployments`; hashes of creation and
//! runtime code are those of the published artifacts. A test recomputes every one of them from the packages.

use std::borrow::Cow;

use alloy_primitives::{Address, address, b256};

use super::{Deployment, Deployments, Kind, ProxyCode, Set};
use crate::{deployer, family::Family, family::Flavor};

/// The Safe Singleton Factory, which deployed every official contract except the canonical ones of 1.3.0.
///
/// It takes the same calldata as [`deployer::ADDRESS`]: 32 bytes of salt, then the creation code.
pub const SAFE_SINGLETON_FACTORY: Address = address!("914d7Fec6aaC8cd542e72Bca78B30650d45643d7");

/// Every set of official contracts, newest first.
pub(super) static OFFICIAL: [Deployments; 4] = [
    Deployments {
        family: Family::V1_5_0,
        set: Set::Canonical,
        deployer: SAFE_SINGLETON_FACTORY,
        proxy: ProxyCode {
            creation_code_hash: b256!("941b3e88811b2f33b8e26783c7407d2e978404581a21c9f07abf2cad9cb87e12"),
            runtime_code_hash: b256!("4e381985ca68b3e5d27b4425fa581c19cf33146d3f887a3cfca96f55528ea46f"),
            init_code_hash_l1: b256!("9dd695a8d96e2c0f6ede304e13cc2efe754fa353b7389a23340c9317113bc975"),
            init_code_hash_l2: b256!("c00f8ed2d8e1bacf9a81836a956d9be01fbb50416bce76c09d18859e6bb6d223"),
        },
        contracts: Cow::Borrowed(&[
            Deployment {
                kind: Kind::Singleton(Flavor::L1),
                address: address!("Ff51A5898e281Db6DfC7855790607438dF2ca44b"),
                code_hash: b256!("dda019cbd7c867a533a2a86e5c53434fdc50b13122b5a5ddb4a8df61b31c20f2"),
            },
            Deployment {
                kind: Kind::Singleton(Flavor::L2),
                address: address!("Edd160fEBBD92E350D4D398fb636302fccd67C7e"),
                code_hash: b256!("180193227186ccb85316c94db1f0d156ed932b14712cfaac78901899178572dc"),
            },
            Deployment {
                kind: Kind::ProxyFactory,
                address: address!("14F2982D601c9458F93bd70B218933A6f8165e7b"),
                code_hash: b256!("967dae4cda22b0c9ef7f31b010bdc1ceb0af9904b0c3dc060b5302e4c18a4529"),
            },
            Deployment {
                kind: Kind::MultiSend,
                address: address!("218543288004CD07832472D464648173c77D7eB7"),
                code_hash: b256!("ca1147a12963172a93910c5cb2bfa5ad0e941c7f03fc7eb017dd06a8ea4e5604"),
            },
            Deployment {
                kind: Kind::MultiSendCallOnly,
                address: address!("A83c336B20401Af773B6219BA5027174338D1836"),
                code_hash: b256!("cdbdcec38d2f1c7d961b0029ff8416b7e86e9974d6f0e9c9580c7d17fcfb6663"),
            },
            Deployment {
                kind: Kind::FallbackHandler,
                address: address!("3EfCBb83A4A7AfcB4F68D501E2c2203a38be77f4"),
                code_hash: b256!("3c6a85bcf7b563daa624b884b4e9a1b9fa5371edde7be945d998071a48f28bbc"),
            },
            Deployment {
                kind: Kind::ExtensibleFallbackHandler,
                address: address!("85a8ca358D388530ad0fB95D0cb89Dd44Fc242c3"),
                code_hash: b256!("ba5bafdfba82e226b6dc8ae29bedf5026bd854ab4bee00128ca322717a5f2acf"),
            },
            Deployment {
                kind: Kind::TokenCallbackHandler,
                address: address!("54e86d004d71a8D2112ec75FaCE57D730b0433F3"),
                code_hash: b256!("cbc723172700efa52cc33ee26c7fc7e284edc8097f9dc307857fe525fec98cd8"),
            },
            Deployment {
                kind: Kind::CreateCall,
                address: address!("2Ef5ECfbea521449E4De05EDB1ce63B75eDA90B4"),
                code_hash: b256!("6b7d8d29bdf7004c4617d95041923774f3f7e74b056bff55c1861c9ec92ce54f"),
            },
            Deployment {
                kind: Kind::SignMessageLib,
                address: address!("4FfeF8222648872B3dE295Ba1e49110E61f5b5aa"),
                code_hash: b256!("d61840855da008da59a00fc03fb71455b4f70bdca1f56f9504f072ed8d90c50e"),
            },
            Deployment {
                kind: Kind::SimulateTxAccessor,
                address: address!("07EfA797c55B5DdE3698d876b277aBb6B893654C"),
                code_hash: b256!("706db4bb6151f75a5b3845724174e201c59046dfbe65b4e5909ad4b88f8f752d"),
            },
            Deployment {
                kind: Kind::Migration,
                address: address!("6439e7ABD8Bb915A5263094784C5CF561c4172AC"),
                code_hash: b256!("52d7472fa02c3a574544f9b5a4ed4c7777e4e3315217e368926b51e1cc6014ea"),
            },
            Deployment {
                kind: Kind::ToL2Setup,
                address: address!("900C7589200010D6C6eCaaE5B06EBe653bc2D82a"),
                code_hash: b256!("f6034d841bcbff8912aa55526b0f1609212536aaf60bb16f5e8a269a4ab38f18"),
            },
        ]),
        ways_back: Cow::Borrowed(&[]),
    },
    Deployments {
        family: Family::V1_4_1,
        set: Set::Canonical,
        deployer: SAFE_SINGLETON_FACTORY,
        proxy: ProxyCode {
            creation_code_hash: b256!("1856e0ee08399d74e0ea0b03adca210aeade6f748969ac023cdcb4dd62dcaf5f"),
            runtime_code_hash: b256!("d7d408ebcd99b2b70be43e20253d6d92a8ea8fab29bd3be7f55b10032331fb4c"),
            init_code_hash_l1: b256!("76733d705f71b79841c0ee960a0ca880f779cde7ef446c989e6d23efc0a4adfb"),
            init_code_hash_l2: b256!("e298282cefe913ab5d282047161268a8222e4bd4ed106300c547894bbefd31ee"),
        },
        contracts: Cow::Borrowed(&[
            Deployment {
                kind: Kind::Singleton(Flavor::L1),
                address: address!("41675C099F32341bf84BFc5382aF534df5C7461a"),
                code_hash: b256!("1fe2df852ba3299d6534ef416eefa406e56ced995bca886ab7a553e6d0c5e1c4"),
            },
            Deployment {
                kind: Kind::Singleton(Flavor::L2),
                address: address!("29fcB43b46531BcA003ddC8FCB67FFE91900C762"),
                code_hash: b256!("b1f926978a0f44a2c0ec8fe822418ae969bd8c3f18d61e5103100339894f81ff"),
            },
            Deployment {
                kind: Kind::ProxyFactory,
                address: address!("4e1DCf7AD4e460CfD30791CCC4F9c8a4f820ec67"),
                code_hash: b256!("50c3cdc4074750a7a974204a716c999edd37482f907608d960b2b025ee0b3317"),
            },
            Deployment {
                kind: Kind::MultiSend,
                address: address!("38869bf66a61cF6bDB996A6aE40D5853Fd43B526"),
                code_hash: b256!("0e4f7fc66550a322d1e7688e181b75e217e662a4f3f4d6a29b22bc61217c4b77"),
            },
            Deployment {
                kind: Kind::MultiSendCallOnly,
                address: address!("9641d764fc13c8B624c04430C7356C1C7C8102e2"),
                code_hash: b256!("ecd5bd14a08c5d2122379900b2f272bdf107a7e92423c10dd5fe3254386c9939"),
            },
            Deployment {
                kind: Kind::FallbackHandler,
                address: address!("fd0732Dc9E303f09fCEf3a7388Ad10A83459Ec99"),
                code_hash: b256!("7c6007a5d711cea8dfd5d91f5940ec29c7f200fe511eb1fc1397b367af3c42f9"),
            },
            Deployment {
                kind: Kind::CreateCall,
                address: address!("9b35Af71d77eaf8d7e40252370304687390A1A52"),
                code_hash: b256!("2b3060c55fcb8275653e99ad511a71f67ba76934ed66a7d74d6e68b52afff889"),
            },
            Deployment {
                kind: Kind::SignMessageLib,
                address: address!("d53cd0aB83D845Ac265BE939c57F53AD838012c9"),
                code_hash: b256!("525c754a46b79e05543a59bb61e8de3c9eee0d955a59352409cbe67ea1077528"),
            },
            Deployment {
                kind: Kind::SimulateTxAccessor,
                address: address!("3d4BA2E0884aa488718476ca2FB8Efc291A46199"),
                code_hash: b256!("91f82615581fc73b190b83d72e883608b25e392f72322035df1b13d51766cf8d"),
            },
            Deployment {
                kind: Kind::Migration,
                address: address!("526643F69b81B008F46d95CD5ced5eC0edFFDaC6"),
                code_hash: b256!("c00d7921460cd5a05393e7772e634bd7d212f356356aa3a77f0120a9b8e25e99"),
            },
            Deployment {
                kind: Kind::ToL2Setup,
                address: address!("BD89A1CE4DDe368FFAB0eC35506eEcE0b1fFdc54"),
                code_hash: b256!("2f25df28caf984366ee584e13241707e85dcd5a6ea0c14267928dafc1fd6274b"),
            },
            Deployment {
                kind: Kind::ToL2Migration,
                address: address!("fF83F6335d8930cBad1c0D439A841f01888D9f69"),
                code_hash: b256!("a83e7be2fa20c96dc9575e3937239d552f3831ea437d7c96397eec8736f0cba0"),
            },
        ]),
        ways_back: Cow::Borrowed(&[]),
    },
    Deployments {
        family: Family::V1_3_0,
        set: Set::Canonical,
        deployer: deployer::ADDRESS,
        proxy: ProxyCode {
            creation_code_hash: b256!("44425997c3cd3b9f0cd37ae80e154b1bfc14d921d252ee5368c53f1ccb5c932b"),
            runtime_code_hash: b256!("b89c1b3bdf2cf8827818646bce9a8f6e372885f8c55e5c07acbd307cb133b000"),
            init_code_hash_l1: b256!("56e3081a3d1bb38ed4eed1a39f7729c3cc77c7825794c15bbf326f3047fd779c"),
            init_code_hash_l2: b256!("caf2dc2f91b804b2fcf1ed3a965a1ff4404b840b80c124277b00a43b4634b2ce"),
        },
        contracts: Cow::Borrowed(&[
            Deployment {
                kind: Kind::Singleton(Flavor::L1),
                address: address!("d9Db270c1B5E3Bd161E8c8503c55cEABeE709552"),
                code_hash: b256!("bba688fbdb21ad2bb58bc320638b43d94e7d100f6f3ebaab0a4e4de6304b1c2e"),
            },
            Deployment {
                kind: Kind::Singleton(Flavor::L2),
                address: address!("3E5c63644E683549055b9Be8653de26E0B4CD36E"),
                code_hash: b256!("21842597390c4c6e3c1239e434a682b054bd9548eee5e9b1d6a4482731023c0f"),
            },
            Deployment {
                kind: Kind::ProxyFactory,
                address: address!("a6B71E26C5e0845f74c812102Ca7114b6a896AB2"),
                code_hash: b256!("337d7f54be11b6ed55fef7b667ea5488db53db8320a05d1146aa4bd169a39a9b"),
            },
            Deployment {
                kind: Kind::MultiSend,
                address: address!("A238CBeb142c10Ef7Ad8442C6D1f9E89e07e7761"),
                code_hash: b256!("0208282bd262360d0320862c5ac70f375f5ed3b9d89a83a615b4d398415bdc83"),
            },
            Deployment {
                kind: Kind::MultiSendCallOnly,
                address: address!("40A2aCCbd92BCA938b02010E17A5b8929b49130D"),
                code_hash: b256!("a9865ac2d9c7a1591619b188c4d88167b50df6cc0c5327fcbd1c8c75f7c066ad"),
            },
            Deployment {
                kind: Kind::FallbackHandler,
                address: address!("f48f2B2d2a534e402487b3ee7C18c33Aec0Fe5e4"),
                code_hash: b256!("03e69f7ce809e81687c69b19a7d7cca45b6d551ffdec73d9bb87178476de1abf"),
            },
            Deployment {
                kind: Kind::CreateCall,
                address: address!("7cbB62EaA69F79e6873cD1ecB2392971036cFAa4"),
                code_hash: b256!("8155d988823a4f6f1bcbc76a64af8e510c4ce68819290d43cf24956bd24dee82"),
            },
            Deployment {
                kind: Kind::SignMessageLib,
                address: address!("A65387F16B013cf2Af4605Ad8aA5ec25a2cbA3a2"),
                code_hash: b256!("3ac65dea3cc9dd0d7b7b800f834e3d73415b4e944bb94555c3e4a08fb137e918"),
            },
            Deployment {
                kind: Kind::SimulateTxAccessor,
                address: address!("59AD6735bCd8152B84860Cb256dD9e96b85F69Da"),
                code_hash: b256!("b3fb9763869f2c09a2ac5a425d2dd6060bf7ef46b3899049d71a711e71e00f04"),
            },
        ]),
        ways_back: Cow::Borrowed(&[]),
    },
    Deployments {
        family: Family::V1_3_0,
        set: Set::Eip155,
        deployer: SAFE_SINGLETON_FACTORY,
        proxy: ProxyCode {
            creation_code_hash: b256!("44425997c3cd3b9f0cd37ae80e154b1bfc14d921d252ee5368c53f1ccb5c932b"),
            runtime_code_hash: b256!("b89c1b3bdf2cf8827818646bce9a8f6e372885f8c55e5c07acbd307cb133b000"),
            init_code_hash_l1: b256!("b3e501cfec8bd01fe46110901ec2dbff08b51dfc5ac094de6535e2c4bbdb59d9"),
            init_code_hash_l2: b256!("ea577b319e453ad8c9c606cacfe42c5750522aa0379d419931cb34698e3630e0"),
        },
        contracts: Cow::Borrowed(&[
            Deployment {
                kind: Kind::Singleton(Flavor::L1),
                address: address!("69f4D1788e39c87893C980c06EdF4b7f686e2938"),
                code_hash: b256!("bba688fbdb21ad2bb58bc320638b43d94e7d100f6f3ebaab0a4e4de6304b1c2e"),
            },
            Deployment {
                kind: Kind::Singleton(Flavor::L2),
                address: address!("fb1bffC9d739B8D520DaF37dF666da4C687191EA"),
                code_hash: b256!("21842597390c4c6e3c1239e434a682b054bd9548eee5e9b1d6a4482731023c0f"),
            },
            Deployment {
                kind: Kind::ProxyFactory,
                address: address!("C22834581EbC8527d974F8a1c97E1bEA4EF910BC"),
                code_hash: b256!("337d7f54be11b6ed55fef7b667ea5488db53db8320a05d1146aa4bd169a39a9b"),
            },
            Deployment {
                kind: Kind::MultiSend,
                address: address!("998739BFdAAdde7C933B942a68053933098f9EDa"),
                code_hash: b256!("81db0e4afdf5178583537b58c5ad403bd47a4ac7f9bde2442ef3e341d433126a"),
            },
            Deployment {
                kind: Kind::MultiSendCallOnly,
                address: address!("A1dabEF33b3B82c7814B6D82A79e50F4AC44102B"),
                code_hash: b256!("a9865ac2d9c7a1591619b188c4d88167b50df6cc0c5327fcbd1c8c75f7c066ad"),
            },
            Deployment {
                kind: Kind::FallbackHandler,
                address: address!("017062a1dE2FE6b99BE3d9d37841FeD19F573804"),
                code_hash: b256!("03e69f7ce809e81687c69b19a7d7cca45b6d551ffdec73d9bb87178476de1abf"),
            },
            Deployment {
                kind: Kind::CreateCall,
                address: address!("B19D6FFc2182150F8Eb585b79D4ABcd7C5640A9d"),
                code_hash: b256!("8155d988823a4f6f1bcbc76a64af8e510c4ce68819290d43cf24956bd24dee82"),
            },
            Deployment {
                kind: Kind::SignMessageLib,
                address: address!("98FFBBF51bb33A056B08ddf711f289936AafF717"),
                code_hash: b256!("3ac65dea3cc9dd0d7b7b800f834e3d73415b4e944bb94555c3e4a08fb137e918"),
            },
            Deployment {
                kind: Kind::SimulateTxAccessor,
                address: address!("727a77a074D1E6c4530e814F89E618a3298FC044"),
                code_hash: b256!("66712e1d9161706f826d8d74a3cc03db0289b2530a1202f24d52986952b69a02"),
            },
        ]),
        ways_back: Cow::Borrowed(&[]),
    },
];
