//! How many items a list in an input may hold.

use async_graphql::{CustomValidator, InputType, InputValueError};

use crate::graphql::error_code::ErrorCode;

/// A check of the length of a list.
pub(crate) struct Items {
    least: usize,
    most: usize,
}

impl Items {
    /// Up to so many items, or none.
    pub(crate) const fn to(most: usize) -> Self {
        Self { least: 0, most }
    }

    /// One item, or up to so many.
    pub(crate) const fn one_to(most: usize) -> Self {
        Self { least: 1, most }
    }
}

impl<T: InputType> CustomValidator<Vec<T>> for Items {
    fn check(&self, items: &Vec<T>) -> Result<(), InputValueError<Vec<T>>> {
        let (Self { least, most }, found) = (self, items.len());
        if found < *least {
            return Err(InputValueError::custom(format!("expected at least {least} item, found {found}")));
        }
        if found > *most {
            let error = InputValueError::custom(format!("expected at most {most} items, found {found}"));
            return Err(error.with_extension("code", ErrorCode::LimitExceeded.as_str()));
        }
        Ok(())
    }
}
