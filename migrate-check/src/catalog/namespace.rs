//! Names and what they stand for.

use std::collections::BTreeSet;
use std::mem;

use migrate_sql::ast::ObjectName;

use super::by_name::ByName;

/// The number of a file: files are counted as they are read.
pub(super) type FileNumber = usize;

/// The schema of temporary tables, as PostgreSQL lets a statement name it.
pub(super) const TEMPORARY: &str = "pg_temp";

/// The schema that a name without one is taken to be in.
const DEFAULT: &str = "public";

/// Objects by name.
#[derive(Debug, Clone)]
pub(super) struct Namespace<T> {
    names: ByName<Vec<Object<T>>>,
    /// The names that have been used in each schema other than the default.
    schemas: ByName<BTreeSet<String>>,
    /// While changes are to be taken back: what stood under each changed name before.
    before: Option<ByName<Vec<Object<T>>>>,
}

/// An object.
#[derive(Debug, Clone)]
pub(super) struct Object<T> {
    schema: Option<String>,
    /// The file that made it; none if it was there before the first.
    pub(super) made_in: Option<FileNumber>,
    pub(super) thing: T,
}

impl<T> Default for Namespace<T> {
    fn default() -> Self {
        Self {
            names: ByName::default(),
            schemas: ByName::default(),
            before: None,
        }
    }
}

impl<T> Object<T> {
    /// Whether its schema is this one, where none means the default.
    fn is_in(&self, schema: Option<&str>) -> bool {
        given(self.schema.as_deref()) == given(schema)
    }

    /// Whether its schema may be this one, where none means any.
    fn may_be_in(&self, schema: Option<&str>) -> bool {
        schema.is_none() || self.schema.is_none() || self.schema.as_deref() == schema
    }
}

/// A schema, unless it is the default.
fn given(schema: Option<&str>) -> Option<&str> {
    schema.filter(|schema| *schema != DEFAULT)
}

/// The index, among the objects of one name, of the one that is meant.
fn position<T>(objects: &[Object<T>], name: &ObjectName) -> Option<usize> {
    let schema = name.schema.as_deref();
    let find = |schema| objects.iter().position(|object| object.is_in(schema));
    match schema {
        None => find(Some(TEMPORARY)).or_else(|| find(None)),
        Some(_) => find(schema),
    }
}

impl<T: Clone> Namespace<T> {
    /// What a name stands for. A temporary object comes before another of the same name.
    pub(super) fn find(&self, name: &ObjectName) -> Option<&Object<T>> {
        let objects = self.names.get(&name.name)?;
        objects.get(position(objects, name)?)
    }

    /// What a name stands for; one without a schema may be in any.
    pub(super) fn find_any(&self, name: &ObjectName) -> Option<&Object<T>> {
        let mut objects = self.names.get(&name.name)?.iter();
        objects.find(|object| object.may_be_in(name.schema.as_deref()))
    }

    /// What a name stands for in its own schema, a temporary object apart.
    pub(super) fn find_exact(&self, name: &ObjectName) -> Option<&Object<T>> {
        let mut objects = self.names.get(&name.name)?.iter();
        objects.find(|object| object.is_in(name.schema.as_deref()))
    }

    /// The objects of a name, whatever their schemas.
    pub(super) fn named(&self, name: &str) -> impl Iterator<Item = &Object<T>> {
        self.names.get(name).into_iter().flatten()
    }

    /// The same, to change those that are chosen.
    pub(super) fn named_mut(
        &mut self,
        name: &str,
        is_chosen: impl Fn(&T) -> bool,
    ) -> impl Iterator<Item = &mut T> {
        let is_any = self.named(name).any(|object| is_chosen(&object.thing));
        let objects = is_any.then(|| self.objects_mut(name)).flatten();
        let things = objects
            .into_iter()
            .flatten()
            .map(|object| &mut object.thing);
        things.filter(move |thing| is_chosen(thing))
    }

    /// All objects, each with its name, and those that will be there again when changes are taken back.
    pub(super) fn all_and_before(&self) -> impl Iterator<Item = (&str, &Object<T>)> {
        let before = self.before.iter().flat_map(ByName::iter);
        let names = self.names.iter().chain(before);
        names.flat_map(|(name, objects)| objects.iter().map(move |object| (name, object)))
    }

    /// What a name stands for, to change it.
    pub(super) fn find_mut(&mut self, name: &ObjectName) -> Option<&mut Object<T>> {
        let at = position(self.names.get(&name.name)?, name)?;
        self.objects_mut(&name.name)?.get_mut(at)
    }

    /// Whether the file of this number made an object that the name may stand for.
    pub(super) fn is_made_in(&self, name: &ObjectName, file: FileNumber) -> bool {
        let Some(objects) = self.names.get(&name.name) else {
            return false;
        };
        objects
            .iter()
            .any(|object| object.made_in == Some(file) && object.may_be_in(name.schema.as_deref()))
    }

    /// Adds an object, in place of one of the same name.
    pub(super) fn insert(&mut self, name: ObjectName, made_in: Option<FileNumber>, thing: T) {
        let ObjectName { schema, name } = name;
        if let Some(names) = given(schema.as_deref()).and_then(|schema| self.schemas.entry(schema))
        {
            names.insert(name.clone());
        }
        if let Some(objects) = self.objects_mut(&name) {
            objects.retain(|object| !object.is_in(schema.as_deref()));
            objects.push(Object {
                schema,
                made_in,
                thing,
            });
        }
    }

    /// Takes an object out.
    pub(super) fn remove(&mut self, name: &ObjectName) -> Option<Object<T>> {
        let at = position(self.names.get(&name.name)?, name)?;
        Some(self.objects_mut(&name.name)?.remove(at))
    }

    /// Takes out the objects of a name that are chosen.
    pub(super) fn remove_named(&mut self, name: &str, is_chosen: impl Fn(&T) -> bool) {
        if self.named(name).any(|object| is_chosen(&object.thing))
            && let Some(objects) = self.objects_mut(name)
        {
            objects.retain(|object| !is_chosen(&object.thing));
        }
    }

    /// Gives an object another name, another schema, or both. One that is not known stays unknown, and so does
    /// what the new name stood for.
    pub(super) fn rename(&mut self, old: &ObjectName, mut new: ObjectName) {
        let moved = self.remove(old);
        self.remove(&new);
        if let Some(object) = moved {
            // A table that was temporary still is.
            new.schema = new.schema.or(object.schema);
            self.insert(new, object.made_in, object.thing);
        }
    }

    /// Gives the objects of a schema another one, or takes them out.
    pub(super) fn move_schema(&mut self, old: &str, new: Option<&str>) {
        let mut names = match given(Some(old)) {
            Some(old) => self.schemas.get_mut(old).map(mem::take).unwrap_or_default(),
            None => self.names.iter().map(|(name, _)| name.to_owned()).collect(),
        };
        names.retain(|name| self.named(name).any(|object| object.is_in(Some(old))));
        for name in names {
            let schema = Some(old.to_owned());
            let old = ObjectName {
                schema,
                name: name.clone(),
            };
            match new {
                Some(new) => self.rename(
                    &old,
                    ObjectName {
                        schema: Some(new.to_owned()),
                        name,
                    },
                ),
                None => {
                    self.remove(&old);
                }
            }
        }
    }

    /// From here on, changes are remembered, so that they can be taken back.
    pub(super) fn remember(&mut self) {
        self.before = Some(ByName::default());
    }

    /// Whether changes are to be taken back.
    pub(super) fn remembers(&self) -> bool {
        self.before.is_some()
    }

    /// Takes back what has changed since [`remember`](Self::remember).
    pub(super) fn restore(&mut self) {
        for (name, objects) in self.before.take().unwrap_or_default().drain() {
            for schema in objects
                .iter()
                .filter_map(|object| given(object.schema.as_deref()))
            {
                if let Some(names) = self.schemas.entry(schema) {
                    names.insert(name.clone());
                }
            }
            self.names.insert(&name, objects);
        }
    }

    /// The objects of a name, to change them.
    fn objects_mut(&mut self, name: &str) -> Option<&mut Vec<Object<T>>> {
        if let Some(before) = &mut self.before
            && before.get(name).is_none()
        {
            let objects = self.names.get(name).cloned().unwrap_or_default();
            before.insert(name, objects);
        }
        self.names.entry(name)
    }
}
