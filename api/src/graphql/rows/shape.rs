//! What is selected of a type, read once and written along for every value.

use std::ops::Range;

use async_graphql::{InputType, Variables};

use crate::{
    graphql::{document::Selected, json::json, types::OfficialAsked},
    service::Reader,
};

/// What is read of a selected field.
pub(in crate::graphql) trait Read: Sized {
    /// `None` where the field cannot be written.
    fn read(selected: &SelectedField<'_>) -> Option<Self>;
}

/// A field of a type of the contract that can be written.
pub(in crate::graphql) trait SelectableField: Read {
    /// The name of the type in the contract.
    const TYPE: &'static str;
}

/// Declares the fields of a type by their names, each with what is read of it; after `_`, those that several types have.
macro_rules! selectable {
    ($(#[$doc:meta])* $kind:ident $(= $name:literal)? {
        $($field:literal => $variant:ident $(($below:ty))?,)*
        $(_ => $rest:ident($others:ty),)?
    }) => {
        $(#[$doc])*
        pub(in crate::graphql) enum $kind {
            $($variant $(($below))?,)*
            $($rest($others),)?
        }

        impl Read for $kind {
            fn read(selected: &SelectedField<'_>) -> Option<Self> {
                Some(match selected.name() {
                    $($field => Self::$variant $((<$below>::read(selected)?))?,)*
                    _ => $crate::graphql::rows::shape::selectable!(@others selected $(, $rest, $others)?),
                })
            }
        }

        $(impl SelectableField for $kind {
            const TYPE: &'static str = $name;
        })?
    };
    (@others $selected:ident) => { return None };
    (@others $selected:ident, $rest:ident, $others:ty) => { Self::$rest(<$others>::read($selected)?) };
}
pub(super) use selectable;

/// Declares the fields of a type like [`selectable`], each with how its value is written of what the type is about.
macro_rules! written {
    ($(#[$doc:meta])* $kind:ident = $name:literal $(<$life:lifetime>)? ($text:ident, $($of:ident: $type:ty),*) {
        $($field:literal $variant:ident $(($below:ident: $read:ty))? => $write:expr,)*
        $(_ $rest:ident($others:ident: $other:ty) => $else:expr,)?
    }) => {
        $crate::graphql::rows::shape::selectable! {
            $(#[$doc])*
            $kind = $name {
                $($field => $variant $(($read))?,)*
                $(_ => $rest($other),)?
            }
        }

        impl Shape<$kind> {
            /// Writes it.
            pub(in crate::graphql) fn write$(<$life>)?(&mut self, $text: &mut Vec<u8>, $($of: $type),*) {
                self.object($text, |field, $text| match field {
                    $($kind::$variant $(($below))? => $write,)*
                    $($kind::$rest($others) => $else,)?
                });
            }
        }
    };
}
pub(super) use written;

/// A selected field, with the values of the variables and who reads it.
pub(in crate::graphql) struct SelectedField<'a>(&'a Selected, &'a Variables, &'a Reader);

impl<'a> SelectedField<'a> {
    /// The name of the field.
    pub(super) fn name(&self) -> &'a str {
        &self.0.name
    }

    /// An argument.
    pub(super) fn argument<T: InputType>(&self, name: &str) -> Option<T> {
        self.0.argument(name, self.1)
    }

    /// What is asked of official figures.
    pub(super) fn official(&self) -> Option<OfficialAsked> {
        OfficialAsked::of(self.0, self.1).ok()
    }

    /// Who reads it.
    pub(super) fn reader(&self) -> &'a Reader {
        self.2
    }
}

impl<F: SelectableField> Read for Shape<F> {
    fn read(selected: &SelectedField<'_>) -> Option<Self> {
        Self::of(selected.0.below.of(F::TYPE), selected.1, selected.2)
    }
}

impl<F: SelectableField, K> Read for Memo<F, K> {
    fn read(selected: &SelectedField<'_>) -> Option<Self> {
        Some(Self { shape: Shape::read(selected)?, text: Vec::new(), known: Vec::new(), last: 0 })
    }
}

/// The selected fields of a type, in order, each under its key.
pub(in crate::graphql) struct Shape<F> {
    /// Each with the text before its value, `,"key":`.
    fields: Vec<(Box<[u8]>, ShapeField<F>)>,
}

pub(super) enum ShapeField<F> {
    TypeName,
    Field(F),
}

impl<F: SelectableField> Shape<F> {
    /// What is selected; `None` where one of the fields cannot be written, which a test excludes.
    pub(in crate::graphql) fn of(selected: &[Selected], variables: &Variables, reader: &Reader) -> Option<Self> {
        let fields = selected.iter().map(|field| {
            let read = match field.name.as_str() {
                "__typename" => ShapeField::TypeName,
                _ => ShapeField::Field(F::read(&SelectedField(field, variables, reader))?),
            };
            Some((format!(",\"{}\":", field.key).into_bytes().into(), read))
        });
        Some(Self { fields: fields.collect::<Option<_>>()? })
    }

    /// Takes the fields out, each with the text before its value.
    pub(super) fn take(&mut self) -> impl Iterator<Item = (Box<[u8]>, ShapeField<F>)> {
        std::mem::take(&mut self.fields).into_iter()
    }

    /// Writes an object. `write` writes the value of a field.
    pub(super) fn object(&mut self, text: &mut Vec<u8>, mut write: impl FnMut(&mut F, &mut Vec<u8>)) {
        text.push(b'{');
        for (position, (key, field)) in self.fields.iter_mut().enumerate() {
            text.extend_from_slice(if position == 0 { &key[1..] } else { key });
            match field {
                ShapeField::TypeName => json(text, F::TYPE),
                ShapeField::Field(field) => write(field, text),
            }
        }
        text.push(b'}');
    }
}

/// The text of values that many rows share, each written when it is first met. `K` tells them apart.
pub(in crate::graphql) struct Memo<F, K> {
    shape: Shape<F>,
    text: Vec<u8>,
    known: Vec<(K, Range<usize>)>,
    last: usize,
}

impl<F: SelectableField, K: PartialEq> Memo<F, K> {
    /// Writes the value of a key. Rows go through values in turn, so it is likely the one written last or the one after.
    pub(super) fn write(&mut self, key: K, text: &mut Vec<u8>, write: impl FnOnce(&mut Shape<F>, &mut Vec<u8>)) {
        let near = [self.last, self.last + 1].into_iter();
        let mut near = near.filter(|&place| self.known.get(place).is_some_and(|(known, _)| *known == key));
        let found = near.next().or_else(|| self.known.iter().position(|(known, _)| *known == key));
        self.last = if let Some(place) = found {
            place
        } else {
            let start = self.text.len();
            write(&mut self.shape, &mut self.text);
            self.known.push((key, start..self.text.len()));
            self.known.len() - 1
        };
        text.extend_from_slice(&self.text[self.known[self.last].1.clone()]);
    }
}
