//! The public surface as lines of text.

use crate::source::{Library, Place, imports};
use proc_macro2::TokenStream;
use quote::ToTokens;
use std::collections::{BTreeMap, BTreeSet};
use syn::{Attribute, Fields, ImplItem, Item, ItemImpl, Meta, TraitItem, Type, Visibility};

struct Listing<'a> {
    library: &'a Library,
    lines: BTreeSet<String>,
    /// The public name of each public type.
    types: BTreeMap<(Place, String), String>,
}

/// A line for all that a user of the library can name.
pub fn of(library: &Library) -> BTreeSet<String> {
    let mut listing = Listing { library, lines: BTreeSet::new(), types: BTreeMap::new() };
    listing.module(&[], "basilar");
    for (place, items) in &library.modules {
        for item in items {
            if let Item::Impl(item) = item {
                listing.implementation(place, item);
            }
        }
    }
    listing.lines
}

impl Listing<'_> {
    fn module(&mut self, place: &[String], name: &str) {
        for item in &self.library.modules[place] {
            match item {
                Item::Mod(module) if is_shown(&module.vis, &module.attrs) => {
                    let inner = format!("{name}::{}", module.ident);
                    self.line(&module.attrs, format!("mod {inner}"));
                    self.module(&[place, &[module.ident.to_string()]].concat(), &inner);
                }
                Item::Use(item_use) if is_shown(&item_use.vis, &item_use.attrs) => {
                    for import in imports(item) {
                        let public = format!("{name}::{}", import.name);
                        match self.library.resolve(place, &import.path) {
                            Some((place, own)) => self.item(&place, &own, &public),
                            None => self.line(&[], format!("use {public}")),
                        }
                    }
                }
                _ => {
                    if let Some(own) = public_name(item) {
                        self.item(place, &own, &format!("{name}::{own}"));
                    }
                }
            }
        }
    }

    fn line(&mut self, attributes: &[Attribute], text: String) {
        let closed = attributes.iter().any(|attribute| attribute.path().is_ident("non_exhaustive"));
        self.lines.insert(if closed { format!("{text} (non-exhaustive)") } else { text });
    }

    /// An item and its parts under its public name.
    fn item(&mut self, place: &[String], own: &str, name: &str) {
        match self.library.item(place, own).expect("a resolved item") {
            Item::Struct(item) => {
                self.types.insert((place.to_vec(), own.to_owned()), name.to_owned());
                self.line(&item.attrs, format!("struct {name}{}", text(&item.generics)));
                self.derived(&item.attrs, name);
                for (index, field) in item.fields.iter().enumerate() {
                    if is_shown(&field.vis, &field.attrs) {
                        let own =
                            field.ident.as_ref().map_or(index.to_string(), ToString::to_string);
                        self.line(&[], format!("field {name}::{own}: {}", text(&field.ty)));
                    }
                }
            }
            Item::Enum(item) => {
                self.types.insert((place.to_vec(), own.to_owned()), name.to_owned());
                self.line(&item.attrs, format!("enum {name}{}", text(&item.generics)));
                self.derived(&item.attrs, name);
                for variant in &item.variants {
                    let fields = fields(&variant.fields);
                    let line = format!("variant {name}::{}{fields}", variant.ident);
                    self.line(&variant.attrs, line);
                }
            }
            Item::Trait(item) => {
                self.line(&item.attrs, format!("trait {name}{}", text(&item.generics)));
                for part in &item.items {
                    if let TraitItem::Fn(function) = part {
                        let line = signature(&format!("{name}::"), &function.sig);
                        self.line(&function.attrs, line);
                    }
                }
            }
            Item::Type(item) => {
                let generics = text(&item.generics);
                self.line(&item.attrs, format!("type {name}{generics} = {}", text(&item.ty)));
            }
            Item::Const(item) => {
                self.line(&item.attrs, format!("const {name}: {}", text(&item.ty)))
            }
            Item::Fn(item) => {
                let room = name.rsplit_once("::").map_or("", |(room, _)| room);
                self.line(&item.attrs, signature(&format!("{room}::"), &item.sig));
            }
            _ => {}
        }
    }

    fn derived(&mut self, attributes: &[Attribute], name: &str) {
        for attribute in attributes {
            let Meta::List(list) = &attribute.meta else { continue };
            if !list.path.is_ident("derive") {
                continue;
            }
            for derived in text(&list.tokens).split(", ") {
                let derived = derived.rsplit("::").next().unwrap_or(derived);
                self.line(&[], format!("impl {derived} for {name}"));
            }
        }
    }

    /// What an implementation adds to a public type.
    fn implementation(&mut self, place: &[String], item: &ItemImpl) {
        let Type::Path(path) = &*item.self_ty else { return };
        let path: Vec<String> =
            path.path.segments.iter().map(|segment| segment.ident.to_string()).collect();
        let found = self.library.resolve(place, &path).and_then(|found| self.types.get(&found));
        let Some(name) = found.cloned() else { return };
        if let Some((of, _)) = &item.trait_ {
            let of = of.segments.last().map(text).unwrap_or_default();
            self.line(&[], format!("impl {of} for {name}"));
            return;
        }
        for part in &item.items {
            match part {
                ImplItem::Fn(function) if is_shown(&function.vis, &function.attrs) => {
                    self.line(&[], signature(&format!("{name}::"), &function.sig));
                }
                ImplItem::Const(constant) if is_shown(&constant.vis, &constant.attrs) => {
                    let line = format!("const {name}::{}: {}", constant.ident, text(&constant.ty));
                    self.line(&[], line);
                }
                _ => {}
            }
        }
    }
}

/// Whether an item is for users, and not only for the benchmarks.
fn is_shown(visibility: &Visibility, attributes: &[Attribute]) -> bool {
    let hides = |attribute: &Attribute| {
        let Meta::List(list) = &attribute.meta else { return false };
        let said = text(&list.tokens);
        list.path.is_ident("doc") && said == "hidden"
            || list.path.is_ident("cfg") && said == "feature = \"internals\""
    };
    matches!(visibility, Visibility::Public(_)) && !attributes.iter().any(hides)
}

/// The name of an item that is public where it stands.
fn public_name(item: &Item) -> Option<String> {
    let (visibility, attributes, name) = match item {
        Item::Struct(item) => (&item.vis, &item.attrs, &item.ident),
        Item::Enum(item) => (&item.vis, &item.attrs, &item.ident),
        Item::Trait(item) => (&item.vis, &item.attrs, &item.ident),
        Item::Type(item) => (&item.vis, &item.attrs, &item.ident),
        Item::Const(item) => (&item.vis, &item.attrs, &item.ident),
        Item::Fn(item) => (&item.vis, &item.attrs, &item.sig.ident),
        _ => return None,
    };
    is_shown(visibility, attributes).then(|| name.to_string())
}

/// A function's head with the path before its name.
fn signature(before: &str, signature: &syn::Signature) -> String {
    let head = text(signature);
    head.replacen("fn ", &format!("fn {before}"), 1)
}

fn fields(fields: &Fields) -> String {
    let each = fields.iter().map(|field| match &field.ident {
        Some(name) => format!("{name}: {}", text(&field.ty)),
        None => text(&field.ty),
    });
    let each = each.collect::<Vec<_>>().join(", ");
    match fields {
        Fields::Named(_) => format!(" {{ {each} }}"),
        Fields::Unnamed(_) => format!("({each})"),
        Fields::Unit => String::new(),
    }
}

/// Source text with the spaces that people write.
fn text(part: impl ToTokens) -> String {
    let tokens: TokenStream = part.into_token_stream();
    let mut text = tokens.to_string();
    for (spaced, plain) in [
        (" :: ", "::"),
        (":: ", "::"),
        (" ::", "::"),
        (" < ", "<"),
        ("< ", "<"),
        (" <", "<"),
        (" >", ">"),
        (" ,", ","),
        ("( ", "("),
        (" )", ")"),
        ("[ ", "["),
        (" ]", "]"),
        ("& ", "&"),
        (" :", ":"),
        (" ;", ";"),
        (" (", "("),
        ("->(", "-> ("),
        (",)", ")"),
        (", >", ">"),
        (",>", ">"),
    ] {
        text = text.replace(spaced, plain);
    }
    text.replace(">->", "> ->").replace(")->", ") ->")
}
