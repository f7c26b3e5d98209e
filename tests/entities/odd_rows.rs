//! The entities of the odd schema at work: several ways between the same tables.

use acceptance::{Engine, Scratch, on_both_engines};
use sea_orm::{
    ActiveValue::{NotSet, Set},
    Database, DatabaseConnection, EntityLoaderTrait as _, EntityTrait,
};
use sea_orm_migration::{MigrationTrait as _, SchemaManager};
use uuid::Uuid;

use super::{
    odd::{
        library::{AuthorId, AuthorKind, BookId, authors, book_genres, books, genres},
        people::{ReaderId, cards, loans, readers},
    },
    odd_schema::CreateOddSchema,
};

const WRITER: AuthorId = AuthorId(Uuid::from_u128(1));
const EDITOR: AuthorId = AuthorId(Uuid::from_u128(2));
const FIRST: BookId = BookId(Uuid::from_u128(3));
const SECOND: BookId = BookId(Uuid::from_u128(4));
const READER: ReaderId = ReaderId(Uuid::from_u128(5));

async fn library(scratch: &Scratch) -> DatabaseConnection {
    let url = match scratch.engine() {
        Engine::Sqlite => format!("{}?mode=rwc", scratch.url()),
        Engine::Postgres => scratch.url().to_owned(),
    };
    let database = Database::connect(url).await.unwrap();
    CreateOddSchema
        .up(&SchemaManager::new(&database))
        .await
        .unwrap();
    for (id, kind) in [(WRITER, None), (EDITOR, Some(AuthorKind::GhostWriter))] {
        let author = authors::ActiveModel {
            id: Set(id),
            r#type: Set(kind),
            r#ref: NotSet,
            self_: Set(Some("me".to_owned())),
        };
        authors::Entity::insert(author)
            .exec(&database)
            .await
            .unwrap();
    }
    books::Entity::insert_many([book(FIRST, None), book(SECOND, Some(FIRST))])
        .exec(&database)
        .await
        .unwrap();
    let genre = genres::ActiveModel {
        name: Set("noir".to_owned()),
    };
    genres::Entity::insert(genre).exec(&database).await.unwrap();
    let link = book_genres::ActiveModel {
        book_id: Set(FIRST),
        genre_name: Set("noir".to_owned()),
    };
    book_genres::Entity::insert(link)
        .exec(&database)
        .await
        .unwrap();
    let reader = readers::ActiveModel {
        id: Set(READER),
        favourite_author_id: Set(Some(EDITOR)),
    };
    readers::Entity::insert(reader)
        .exec(&database)
        .await
        .unwrap();
    let card = cards::ActiveModel {
        reader_id: Set(READER),
        valid_until: Set(None),
    };
    cards::Entity::insert(card).exec(&database).await.unwrap();
    database
}

fn book(id: BookId, sequel_of: Option<BookId>) -> books::ActiveModel {
    books::ActiveModel {
        id: Set(id),
        title: Set("The Book".to_owned()),
        author_id: Set(WRITER),
        editor_id: Set(Some(EDITOR)),
        sequel_of_id: Set(sequel_of),
        shelf: Set("A".to_owned()),
        place: Set(sequel_of.is_some().into()),
        barcode: Set(id.to_string()),
        cover: Set(Some(vec![0, 159, 146, 150])),
        weight: Set(Some(0.1)),
        is_lent: Set(true),
        bought_on: Set(None),
        read_at: Set(None),
        scanned_at: Set(None),
        details: Set(Some(serde_json::json!([1]))),
    }
}

#[on_both_engines]
async fn each_of_several_ways_between_two_tables_leads_where_it_says(engine: Engine) {
    let scratch = Scratch::empty(engine).await;
    let database = &library(&scratch).await;

    let first = books::Entity::load()
        .filter_by_id(FIRST)
        .with(books::Relation::Author)
        .with(books::Relation::Editor)
        .with(books::Relation::BooksBySequelOf)
        .with(genres::Entity)
        .one(database)
        .await
        .unwrap()
        .expect("the first book");
    assert_eq!(first.author.as_ref().unwrap().id, WRITER);
    assert_eq!(first.editor.as_ref().unwrap().id, EDITOR);
    assert_eq!(
        first.books_by_sequel_of.get(0).map(|book| book.id),
        Some(SECOND)
    );
    assert_eq!(first.genres[0].name, "noir");

    let second = books::Entity::load()
        .filter_by_shelf_place(("A".to_owned(), 1))
        .with(books::Relation::SequelOf)
        .one(database)
        .await
        .unwrap()
        .expect("the second book");
    assert_eq!(second.sequel_of.as_ref().unwrap().id, FIRST);

    let editor = authors::Entity::load()
        .filter_by_id(EDITOR)
        .with(authors::Relation::BooksByAuthor)
        .with(authors::Relation::BooksByEditor)
        .with(readers::Entity)
        .one(database)
        .await
        .unwrap()
        .expect("the editor");
    assert!(editor.books_by_author.is_empty());
    assert_eq!(editor.books_by_editor.len(), 2);
    assert_eq!(editor.readers[0].id, READER);
    assert_eq!(editor.r#type, Some(AuthorKind::GhostWriter));
    assert_eq!(editor.self_.as_deref(), Some("me"));
}

#[on_both_engines]
async fn keys_of_several_columns_and_of_another_table_lead_on(engine: Engine) {
    let scratch = Scratch::empty(engine).await;
    let database = &library(&scratch).await;
    let loan = loans::ActiveModel {
        id: NotSet,
        shelf: Set("A".to_owned()),
        place: Set(1),
        card_id: Set(READER),
    };
    let loan = loans::Entity::insert(loan)
        .exec_with_returning(database)
        .await
        .unwrap();
    let loan = loans::Entity::load()
        .filter_by_id(loan.id)
        .with(books::Entity)
        .with((cards::Entity, readers::Entity))
        .one(database)
        .await
        .unwrap()
        .expect("the loan");
    assert_eq!(loan.book.as_ref().unwrap().id, SECOND);
    assert_eq!(
        loan.card.as_ref().unwrap().reader.as_ref().unwrap().id,
        READER
    );
}
