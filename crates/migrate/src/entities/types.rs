//! The files `ids.rs` and `enums.rs` of a domain.

use proc_macro2::{Ident, TokenStream};
use quote::quote;

use super::{
    names,
    plan::{Enum, Id, PlannedDomain},
};

/// Newtypes over UUIDs, so that an id of one table is never taken for one of another.
pub(super) fn ids(domain: &PlannedDomain) -> TokenStream {
    let ids = domain.ids.iter().map(|(name, id)| id_type(name, id));
    quote! {
        use std::{fmt, str::FromStr};
        use sea_orm::{DbErr, DeriveValueType, TryFromU64, prelude::Uuid};
        use serde::{Deserialize, Serialize};

        #(#ids)*
    }
}

fn id_type(name: &str, id: &Id) -> TokenStream {
    let ident = names::ident(name);
    let doc = format!(" Identifies a row of `{}`: its `{}`.", id.table, id.column);
    quote! {
        #[doc = #doc]
        #[derive(
            Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash,
            DeriveValueType, Deserialize, Serialize
        )]
        #[serde(transparent)]
        pub struct #ident(pub Uuid);

        impl fmt::Display for #ident {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(f)
            }
        }

        impl FromStr for #ident {
            type Err = <Uuid as FromStr>::Err;

            fn from_str(text: &str) -> Result<Self, Self::Err> {
                text.parse().map(Self)
            }
        }

        impl From<Uuid> for #ident {
            fn from(id: Uuid) -> Self {
                Self(id)
            }
        }

        impl From<#ident> for Uuid {
            fn from(id: #ident) -> Self {
                id.0
            }
        }

        impl TryFromU64 for #ident {
            fn try_from_u64(_: u64) -> Result<Self, DbErr> {
                Err(DbErr::ConvertFromU64(#name))
            }
        }
    }
}

/// Enums of the values that checks list.
pub(super) fn enums(domain: &PlannedDomain) -> TokenStream {
    let enums = domain
        .enums
        .iter()
        .map(|(name, values)| enum_type(name, values));
    quote! {
        use std::{error::Error, fmt, str::FromStr};
        use sea_orm::{DeriveActiveEnum, EnumIter};
        use serde::{Deserialize, Serialize};

        #(#enums)*

        #[doc = " A text is no value of an enum."]
        #[derive(Clone, Debug, PartialEq, Eq)]
        pub struct UnknownValue {
            #[doc = " The text."]
            pub text: String,
            #[doc = " The values of the enum."]
            pub known: &'static [&'static str],
        }

        impl fmt::Display for UnknownValue {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, "`{}` is none of {}", self.text, self.known.join(", "))
            }
        }

        impl Error for UnknownValue {}
    }
}

fn enum_type(name: &str, values: &Enum) -> TokenStream {
    let ident = names::ident(name);
    let columns: Vec<String> = values
        .columns
        .iter()
        .map(|column| format!("`{column}`"))
        .collect();
    let doc = format!(" The values of {}.", columns.join(" and "));
    let texts = &values.values;
    let docs = texts.iter().map(|value| format!(" `{value}`"));
    let variants: Vec<Ident> = texts
        .iter()
        .map(|value| names::ident(&names::upper_camel(value)))
        .collect();
    quote! {
        #[doc = #doc]
        #[derive(
            Clone, Copy, Debug, PartialEq, Eq, Hash,
            DeriveActiveEnum, EnumIter, Deserialize, Serialize
        )]
        #[sea_orm(rs_type = "String", db_type = "Text")]
        pub enum #ident {
            #(
                #[doc = #docs]
                #[sea_orm(string_value = #texts)]
                #[serde(rename = #texts)]
                #variants,
            )*
        }

        impl #ident {
            #[doc = " The values as the database has them, in the order of the variants."]
            pub const VALUES: &'static [&'static str] = &[#(#texts),*];

            #[doc = " The value as the database has it."]
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self {
                    #(Self::#variants => #texts,)*
                }
            }
        }

        impl fmt::Display for #ident {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.pad(self.as_str())
            }
        }

        impl FromStr for #ident {
            type Err = UnknownValue;

            fn from_str(text: &str) -> Result<Self, Self::Err> {
                match text {
                    #(#texts => Ok(Self::#variants),)*
                    _ => Err(UnknownValue {
                        text: text.to_owned(),
                        known: Self::VALUES,
                    }),
                }
            }
        }
    }
}
