//! Values come back as they went in, through every way in and out, as over plain SeaORM.

use acceptance::{Engine, Scratch, on_both_engines};
use chrono::{DateTime, Utc};
use futures_util::TryStreamExt;
use groundwork_core::db::Database;
use sea_orm::{
    ActiveModelTrait, ColumnTrait, ConnectionTrait, EntityLoaderTrait, EntityTrait,
    IntoActiveModel, QueryFilter, QueryOrder, QuerySelect, Schema, Set, StreamTrait,
    TransactionTrait,
};
use serde_json::json;
use uuid::Uuid;

use super::given::{number, opened};

#[expect(unreachable_pub, reason = "the macro makes public items of it")]
mod shelf {
    use sea_orm::entity::prelude::*;

    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
    #[sea_orm(table_name = "shelves")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: Uuid,
        pub name: String,
        #[sea_orm(has_many)]
        pub things: HasMany<super::thing::Entity>,
    }

    impl ActiveModelBehavior for ActiveModel {}
}

#[expect(unreachable_pub, reason = "the macro makes public items of it")]
mod thing {
    use sea_orm::entity::prelude::*;

    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
    #[sea_orm(table_name = "things")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: Uuid,
        pub shelf_id: Uuid,
        pub made_at: DateTimeUtc,
        pub sold_at: Option<DateTimeUtc>,
        #[sea_orm(column_type = "JsonBinary")]
        pub data: Json,
        #[sea_orm(column_type = "JsonBinary", nullable)]
        pub more: Option<Json>,
        #[sea_orm(column_type = "Blob")]
        pub bytes: Vec<u8>,
        pub count: i64,
        pub rank: Option<i64>,
        pub weight: Option<f64>,
        pub is_new: bool,
        #[sea_orm(column_type = "Text")]
        pub note: String,
        #[sea_orm(belongs_to, from = "shelf_id", to = "id")]
        pub shelf: BelongsTo<super::shelf::Entity>,
    }

    impl ActiveModelBehavior for ActiveModel {}
}

async fn shelves(scratch: &Scratch) -> Database {
    let db = opened(scratch).await;
    let backend = db.engine().backend();
    let schema = Schema::new(backend);
    let work = db.begin().await.unwrap();
    work.execute(&schema.create_table_from_entity(shelf::Entity))
        .await
        .unwrap();
    work.execute(&schema.create_table_from_entity(thing::Entity))
        .await
        .unwrap();
    shelf::ActiveModel {
        id: Set(Uuid::from_u128(1)),
        name: Set("one".to_owned()),
    }
    .insert(&work)
    .await
    .unwrap();
    work.commit().await.unwrap();
    db
}

fn thing(number: u128) -> thing::Model {
    let at = |micros| DateTime::<Utc>::from_timestamp_micros(micros).unwrap();
    let odd = number % 2 == 1;
    thing::Model {
        id: Uuid::from_u128(number),
        shelf_id: Uuid::from_u128(1),
        made_at: at(1_800_000_000_123_456 + i64::try_from(number).unwrap()),
        sold_at: odd.then(|| at(-1)),
        data: json!({"z": 1, "a": [1.5, null, "ü💡"], "n": number.to_string()}),
        more: odd.then(|| json!([])),
        bytes: vec![0, 255, 39, 34, u8::try_from(number % 256).unwrap()],
        count: i64::MAX,
        rank: odd.then_some(i64::MIN),
        weight: odd.then_some(0.1),
        is_new: odd,
        note: "'; DROP TABLE things; -- ü💡\n\u{1}".to_owned(),
    }
}

#[on_both_engines]
async fn a_model_comes_back_as_it_went_in(engine: Engine) {
    let scratch = Scratch::empty(engine).await;
    let db = shelves(&scratch).await;
    for number in [1, 2] {
        let model = thing(number);
        let work = db.begin().await.unwrap();
        let active = thing::ActiveModel::from(model.clone()).reset_all();
        assert_eq!(active.insert(&work).await.unwrap(), model);
        let found = thing::Entity::find_by_id(model.id);
        assert_eq!(found.clone().one(&work).await.unwrap().unwrap(), model);
        let savepoint = work.begin().await.unwrap();
        assert_eq!(found.clone().one(&savepoint).await.unwrap().unwrap(), model);
        savepoint.commit().await.unwrap();
        work.commit().await.unwrap();
        assert_eq!(found.one(&db.reader()).await.unwrap().unwrap(), model);
    }
    let plain = sea_orm::Database::connect(scratch.url()).await.unwrap();
    let find = thing::Entity::find().order_by_asc(thing::Column::Id);
    let ours = find.clone().all(&db.reader()).await.unwrap();
    assert_eq!(ours, find.clone().all(&plain).await.unwrap());
    assert_eq!(
        find.clone().into_json().all(&db.reader()).await.unwrap(),
        find.into_json().all(&plain).await.unwrap()
    );
}

#[on_both_engines]
async fn tuples_keep_the_order_of_their_columns_and_sums_their_type(engine: Engine) {
    let scratch = Scratch::empty(engine).await;
    let db = shelves(&scratch).await;
    let work = db.begin().await.unwrap();
    thing::ActiveModel::from(thing(1))
        .reset_all()
        .insert(&work)
        .await
        .unwrap();
    let select = || {
        thing::Entity::find()
            .select_only()
            .columns([
                thing::Column::IsNew,
                thing::Column::Count,
                thing::Column::Rank,
            ])
            .into_tuple::<(bool, i64, Option<i64>)>()
    };
    let expected = (true, i64::MAX, Some(i64::MIN));
    assert_eq!(select().one(&work).await.unwrap(), Some(expected));
    work.commit().await.unwrap();
    assert_eq!(select().one(&db.reader()).await.unwrap(), Some(expected));
}

#[on_both_engines]
async fn nested_models_are_saved_and_loaded_through_a_unit(engine: Engine) {
    let scratch = Scratch::empty(engine).await;
    let db = shelves(&scratch).await;
    let work = db.begin().await.unwrap();
    let saved = shelf::ActiveModel::builder()
        .set_id(Uuid::from_u128(2))
        .set_name("two")
        .insert(&work)
        .await
        .unwrap();
    let mut model = thing(5);
    model.shelf_id = saved.id;
    thing::ActiveModel::from(model.clone())
        .reset_all()
        .insert(&work)
        .await
        .unwrap();
    let load = || {
        shelf::Entity::load()
            .filter_by_id(saved.id)
            .with(thing::Entity)
    };
    let loaded = load().one(&work).await.unwrap().unwrap();
    assert_eq!(loaded.things.len(), 1);
    let mut changed = loaded.into_active_model();
    changed.name = Set("deux".to_owned());
    changed.save(&work).await.unwrap();
    work.commit().await.unwrap();
    let loaded = load().one(&db.reader()).await.unwrap().unwrap();
    assert_eq!((loaded.name.as_str(), loaded.things.len()), ("deux", 1));
    assert_eq!(loaded.things[0].id, model.id);
}

#[on_both_engines]
async fn rows_stream_from_a_reader_and_from_a_unit(engine: Engine) {
    let scratch = Scratch::empty(engine).await;
    let db = shelves(&scratch).await;
    let work = db.begin().await.unwrap();
    let all: Vec<_> = (1..=300).map(thing).collect();
    let rows = all
        .iter()
        .cloned()
        .map(|model| thing::ActiveModel::from(model).reset_all());
    thing::Entity::insert_many(rows)
        .exec_without_returning(&work)
        .await
        .unwrap();
    let find = thing::Entity::find()
        .order_by_asc(thing::Column::Count)
        .order_by_asc(thing::Column::MadeAt);
    let streamed: Vec<thing::Model> = find
        .clone()
        .stream(&work)
        .await
        .unwrap()
        .try_collect()
        .await
        .unwrap();
    assert_eq!(streamed, all);
    let mut some = find.clone().stream(&work).await.unwrap();
    assert_eq!(some.try_next().await.unwrap().unwrap(), all[0]);
    drop(some);
    work.commit().await.unwrap();
    let reader = db.reader();
    let streamed: Vec<thing::Model> = find
        .clone()
        .stream(&reader)
        .await
        .unwrap()
        .try_collect()
        .await
        .unwrap();
    assert_eq!(streamed, all);
}

#[on_both_engines]
async fn a_stream_of_a_task_can_be_sent_to_another(engine: Engine) {
    let scratch = Scratch::empty(engine).await;
    let db = shelves(&scratch).await;
    let counted = tokio::spawn(async move {
        let work = db.begin().await.unwrap();
        thing::ActiveModel::from(thing(1))
            .reset_all()
            .insert(&work)
            .await
            .unwrap();
        let find = thing::Entity::find().filter(thing::Column::IsNew.eq(true));
        let statement = sea_orm::QueryTrait::build(&find, db.engine().backend());
        let rows: Vec<_> = work
            .stream_raw(statement)
            .await
            .unwrap()
            .try_collect()
            .await
            .unwrap();
        work.commit().await.unwrap();
        rows.len()
    });
    assert_eq!(counted.await.unwrap(), 1);
}

#[on_both_engines]
async fn a_closure_in_a_transaction_is_a_savepoint(engine: Engine) {
    let scratch = Scratch::empty(engine).await;
    let db = shelves(&scratch).await;
    let work = db.begin().await.unwrap();
    let taken_back = work
        .transaction::<_, (), sea_orm::DbErr>(|savepoint| {
            Box::pin(async move {
                thing::ActiveModel::from(thing(1))
                    .reset_all()
                    .insert(savepoint)
                    .await?;
                Err(sea_orm::DbErr::Custom("no".to_owned()))
            })
        })
        .await;
    assert!(taken_back.is_err());
    work.transaction::<_, (), sea_orm::DbErr>(|savepoint| {
        Box::pin(async move {
            thing::ActiveModel::from(thing(2))
                .reset_all()
                .insert(savepoint)
                .await
                .map(drop)
        })
    })
    .await
    .unwrap();
    work.commit().await.unwrap();
    assert_eq!(
        number(&db.reader(), "SELECT count(*) FROM things")
            .await
            .unwrap(),
        1
    );
}
