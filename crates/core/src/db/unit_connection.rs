//! How a unit of work, or a savepoint in it, serves as SeaORM's connection and transaction.

use std::pin::Pin;

use sea_orm::{
    ConnectionTrait, DbBackend, DbErr, ExecResult, QueryResult, Statement, StreamTrait,
    TransactionSession,
};

use super::{rows::Rows, unit::UnitOfWork};

#[async_trait::async_trait]
impl ConnectionTrait for UnitOfWork {
    fn get_database_backend(&self) -> DbBackend {
        self.session.engine.backend()
    }

    async fn execute_raw(&self, statement: Statement) -> Result<ExecResult, DbErr> {
        self.session.execute(self.level, statement).await
    }

    async fn execute_unprepared(&self, sql: &str) -> Result<ExecResult, DbErr> {
        self.session.execute_unprepared(self.level, sql).await
    }

    async fn query_one_raw(&self, statement: Statement) -> Result<Option<QueryResult>, DbErr> {
        self.session.query_one(self.level, statement).await
    }

    async fn query_all_raw(&self, statement: Statement) -> Result<Vec<QueryResult>, DbErr> {
        self.session.query_all(self.level, statement).await
    }
}

impl StreamTrait for UnitOfWork {
    type Stream<'a> = Rows<'a>;

    fn get_database_backend(&self) -> DbBackend {
        self.session.engine.backend()
    }

    fn stream_raw<'a>(
        &'a self,
        statement: Statement,
    ) -> Pin<Box<dyn Future<Output = Result<Rows<'a>, DbErr>> + 'a + Send>> {
        Box::pin(async move {
            let (rows, permit) = self.session.stream(self.level, statement).await?;
            Ok(Rows::with_permit(rows, permit))
        })
    }
}

#[async_trait::async_trait]
impl TransactionSession for UnitOfWork {
    async fn commit(self) -> Result<(), DbErr> {
        Ok(Self::commit(self).await?)
    }

    async fn rollback(self) -> Result<(), DbErr> {
        Ok(Self::rollback(self).await?)
    }
}
