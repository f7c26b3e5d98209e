//! What SeaORM's code may begin: units of work on a database, snapshots on a reader, savepoints in a
//! unit.

use std::{fmt, pin::Pin};

use sea_orm::{
    AccessMode, DbErr, IsolationLevel, TransactionError, TransactionOptions, TransactionTrait,
};

use super::{database::Database, error::refusal, reader::Reader, unit::UnitOfWork};

impl Database {
    async fn unit(&self, options: TransactionOptions) -> Result<UnitOfWork, DbErr> {
        Ok(self.begin_with(options).await?)
    }
}

impl Reader {
    async fn unit(&self, options: TransactionOptions) -> Result<UnitOfWork, DbErr> {
        if options.access_mode == Some(AccessMode::ReadWrite) {
            return Err(refusal("a reader begins nothing that writes"));
        }
        Ok(self.snapshot_with(options.isolation_level).await?)
    }
}

impl UnitOfWork {
    /// A savepoint is part of a transaction that has its isolation level and access mode already.
    async fn unit(&self, options: TransactionOptions) -> Result<Self, DbErr> {
        if options.isolation_level.is_some() || options.access_mode.is_some() {
            let reason = "a savepoint has no isolation level or access mode of its own";
            return Err(refusal(reason));
        }
        self.savepoint().await
    }
}

fn options(isolation: Option<IsolationLevel>, access: Option<AccessMode>) -> TransactionOptions {
    TransactionOptions {
        isolation_level: isolation,
        access_mode: access,
        sqlite_transaction_mode: None,
    }
}

/// Commits a unit whose work went well, and takes back one whose work failed.
async fn end<T, E>(unit: UnitOfWork, result: Result<T, E>) -> Result<T, TransactionError<E>>
where
    E: fmt::Display + fmt::Debug,
{
    let ended = match &result {
        Ok(_) => unit.commit().await,
        Err(_) => unit.rollback().await,
    };
    let value = result.map_err(TransactionError::Transaction)?;
    ended.map_err(|error| TransactionError::Connection(error.into()))?;
    Ok(value)
}

/// Implements SeaORM's ways to begin for a type that has `unit`.
macro_rules! impl_transactions {
    ($begins:ty) => {
        #[async_trait::async_trait]
        impl TransactionTrait for $begins {
            type Transaction = UnitOfWork;

            async fn begin(&self) -> Result<UnitOfWork, DbErr> {
                self.unit(TransactionOptions::default()).await
            }

            async fn begin_with_config(
                &self,
                isolation: Option<IsolationLevel>,
                access: Option<AccessMode>,
            ) -> Result<UnitOfWork, DbErr> {
                self.unit(options(isolation, access)).await
            }

            async fn begin_with_options(
                &self,
                options: TransactionOptions,
            ) -> Result<UnitOfWork, DbErr> {
                self.unit(options).await
            }

            async fn transaction<F, T, E>(&self, callback: F) -> Result<T, TransactionError<E>>
            where
                F: for<'c> FnOnce(
                        &'c UnitOfWork,
                    )
                        -> Pin<Box<dyn Future<Output = Result<T, E>> + Send + 'c>>
                    + Send,
                T: Send,
                E: fmt::Display + fmt::Debug + Send,
            {
                self.transaction_with_config(callback, None, None).await
            }

            async fn transaction_with_config<F, T, E>(
                &self,
                callback: F,
                isolation: Option<IsolationLevel>,
                access: Option<AccessMode>,
            ) -> Result<T, TransactionError<E>>
            where
                F: for<'c> FnOnce(
                        &'c UnitOfWork,
                    )
                        -> Pin<Box<dyn Future<Output = Result<T, E>> + Send + 'c>>
                    + Send,
                T: Send,
                E: fmt::Display + fmt::Debug + Send,
            {
                let unit = self.unit(options(isolation, access)).await;
                let unit = unit.map_err(TransactionError::Connection)?;
                let result = callback(&unit).await;
                end(unit, result).await
            }
        }

        impl $begins {
            /// Runs `work` in a unit of its own, which is committed if it returns `Ok`, and rolled
            /// back otherwise. On a unit of work that is a savepoint, on a reader a snapshot.
            ///
            /// # Errors
            /// `Transaction` is the error of `work`, `Connection` that of the unit.
            pub async fn transaction_async<F, T, E>(
                &self,
                work: F,
            ) -> Result<T, TransactionError<E>>
            where
                F: for<'c> AsyncFnOnce(&'c UnitOfWork) -> Result<T, E>,
                E: fmt::Display + fmt::Debug,
            {
                self.transaction_with_config_async(work, None, None).await
            }

            /// As [`transaction_async`](Self::transaction_async), with an isolation level and an
            /// access mode.
            ///
            /// # Errors
            /// As there; `Connection` also for options that cannot be had here.
            pub async fn transaction_with_config_async<F, T, E>(
                &self,
                work: F,
                isolation: Option<IsolationLevel>,
                access: Option<AccessMode>,
            ) -> Result<T, TransactionError<E>>
            where
                F: for<'c> AsyncFnOnce(&'c UnitOfWork) -> Result<T, E>,
                E: fmt::Display + fmt::Debug,
            {
                let unit = self.unit(options(isolation, access)).await;
                let unit = unit.map_err(TransactionError::Connection)?;
                let result = work(&unit).await;
                end(unit, result).await
            }
        }
    };
}

impl_transactions!(Database);
impl_transactions!(Reader);
impl_transactions!(UnitOfWork);
