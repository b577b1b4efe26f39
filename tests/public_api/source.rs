//! The library's modules as they stand in its source files.

use std::collections::BTreeMap;
use std::path::Path;
use std::{fs, iter};
use syn::{Attribute, Item, UseTree};

/// Where an item stands: the names of its modules, from the crate's root.
pub type Place = Vec<String>;

/// Every module but those of tests, by its place.
#[derive(Default)]
pub struct Library {
    pub modules: BTreeMap<Place, Vec<Item>>,
}

/// A name that `use` brings into a module, and the path that it stands for.
pub struct Import {
    pub name: String,
    pub path: Vec<String>,
}

impl Library {
    /// Reads `lib.rs` in this folder and all that it declares.
    pub fn read(folder: &Path) -> Self {
        let mut library = Self::default();
        library.add(Vec::new(), items(&folder.join("lib.rs")), folder);
        library
    }

    fn add(&mut self, place: Place, items: Vec<Item>, folder: &Path) {
        for item in &items {
            let Item::Mod(module) = item else { continue };
            if is_for_tests(&module.attrs) {
                continue;
            }
            let name = module.ident.to_string();
            let place = place.iter().cloned().chain([name.clone()]).collect();
            let own = folder.join(&name);
            let inner = match &module.content {
                Some((_, items)) => items.clone(),
                None => {
                    let file = own.with_extension("rs");
                    self::items(&if file.exists() { file } else { own.join("mod.rs") })
                }
            };
            self.add(place, inner, &own);
        }
        self.modules.insert(place, items);
    }

    /// Where the item stands that a path means in a module, through any number of `use`; none for other crates.
    pub fn resolve(&self, module: &[String], path: &[String]) -> Option<(Place, String)> {
        let (first, rest) = path.split_first()?;
        match &first[..] {
            "crate" | "basilar" => return self.resolve(&[], rest),
            "self" => return self.resolve(module, rest),
            "super" => return self.resolve(module.split_last()?.1, rest),
            _ => {}
        }
        if rest.is_empty() && self.item(module, first).is_some() {
            return Some((module.to_vec(), first.clone()));
        }
        let child = [module, std::slice::from_ref(first)].concat();
        if self.modules.contains_key(&child) {
            return self.resolve(&child, rest);
        }
        let imports = self.modules.get(module)?.iter().flat_map(imports);
        let import = imports.into_iter().find(|import| import.name == *first)?;
        // What is imported under its own name from elsewhere is another crate's.
        let whole = [&import.path[..], rest].concat();
        (whole != path).then(|| self.resolve(module, &whole)).flatten()
    }

    /// The item of this name that a module defines.
    pub fn item(&self, module: &[String], name: &str) -> Option<&Item> {
        self.modules.get(module)?.iter().find(|item| match item {
            Item::Struct(item) => item.ident == name,
            Item::Enum(item) => item.ident == name,
            Item::Trait(item) => item.ident == name,
            Item::Type(item) => item.ident == name,
            Item::Const(item) => item.ident == name,
            Item::Fn(item) => item.sig.ident == name,
            _ => false,
        })
    }
}

fn items(file: &Path) -> Vec<Item> {
    let text = fs::read_to_string(file).unwrap_or_else(|e| panic!("{}: {e}", file.display()));
    syn::parse_file(&text).unwrap_or_else(|e| panic!("{}: {e}", file.display())).items
}

fn is_for_tests(attributes: &[Attribute]) -> bool {
    let mut conditions = attributes.iter().filter(|attribute| attribute.path().is_ident("cfg"));
    conditions
        .any(|condition| condition.parse_args::<syn::Ident>().is_ok_and(|word| word == "test"))
}

/// What an item brings into its module if it is a `use`.
pub fn imports(item: &Item) -> Vec<Import> {
    let Item::Use(item) = item else { return Vec::new() };
    let mut found = Vec::new();
    flatten(&item.tree, &[], &mut found);
    found
}

fn flatten(tree: &UseTree, before: &[String], found: &mut Vec<Import>) {
    let with = |name: &syn::Ident| -> Vec<String> {
        before.iter().cloned().chain(iter::once(name.to_string())).collect()
    };
    match tree {
        UseTree::Path(path) => flatten(&path.tree, &with(&path.ident), found),
        UseTree::Group(group) => group.items.iter().for_each(|tree| flatten(tree, before, found)),
        UseTree::Name(name) if name.ident == "self" => {
            let name = before.last().cloned().unwrap_or_default();
            found.push(Import { name, path: before.to_vec() });
        }
        UseTree::Name(name) => {
            found.push(Import { name: name.ident.to_string(), path: with(&name.ident) });
        }
        UseTree::Rename(name) => {
            found.push(Import { name: name.rename.to_string(), path: with(&name.ident) });
        }
        UseTree::Glob(_) => {}
    }
}
