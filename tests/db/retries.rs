//! What `Database::write` repeats, and what it does not.

use std::{
    io,
    net::Ipv4Addr,
    sync::{
        Arc, Mutex,
        atomic::{AtomicU32, Ordering::SeqCst},
    },
};

use acceptance::{Engine, Scratch, on_both_engines};
use groundwork_core::db::{Database, DbError, UnitOfWork};
use sea_orm::ConnectionTrait;
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::{TcpListener, TcpStream},
    sync::Barrier,
    task::JoinSet,
};
use url::Url;

use super::{
    concurrency::WriteError,
    given::{CONVENTION, config, counters, number},
};

const ROWS: &str = "SELECT count(*) FROM counters";

/// Two units that each read what the other one writes: in no order could both have been alone.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_serialization_failure_is_repeated_until_it_succeeds() {
    let scratch = Scratch::empty(Engine::Postgres).await;
    let db = counters(&scratch).await;
    let (tries, both) = (Arc::new(AtomicU32::new(0)), Arc::new(Barrier::new(2)));
    let mut tasks = JoinSet::new();
    for id in [2, 3] {
        let (db, tries, both) = (db.clone(), Arc::clone(&tries), Arc::clone(&both));
        tasks.spawn(async move {
            db.write(|work| {
                let (tries, both) = (Arc::clone(&tries), Arc::clone(&both));
                async move {
                    work.execute_unprepared("SET TRANSACTION ISOLATION LEVEL SERIALIZABLE")
                        .await?;
                    let sum = "SELECT CAST(sum(n) AS bigint) FROM counters";
                    let n = number(&work, sum).await? + 1;
                    if tries.fetch_add(1, SeqCst) < 2 {
                        both.wait().await;
                    }
                    let insert = format!("INSERT INTO counters VALUES ({id}, {n})");
                    work.execute_unprepared(&insert).await?;
                    Ok::<_, WriteError>(())
                }
            })
            .await
        });
    }
    while let Some(done) = tasks.join_next().await {
        done.unwrap().unwrap();
    }
    assert_eq!(tries.load(SeqCst), 3, "one of the two came again");
    // As if one after the other: 0 + 1, then 0 + 1 + 1.
    let one = "SELECT count(*) FROM counters WHERE n = ";
    for n in 0..3 {
        let sql = format!("{one}{n}");
        assert_eq!(number(&db.reader(), &sql).await.unwrap(), 1, "{sql}");
    }
}

/// Without a repetition the same is refused, with an error that says that it may succeed next time.
#[tokio::test]
async fn a_unit_without_repetition_gets_the_serialization_failure() {
    let scratch = Scratch::empty(Engine::Postgres).await;
    let db = counters(&scratch).await;
    let (one, other) = (db.begin().await.unwrap(), db.begin().await.unwrap());
    for (work, id) in [(&one, 2), (&other, 3)] {
        work.execute_unprepared("SET TRANSACTION ISOLATION LEVEL SERIALIZABLE")
            .await
            .unwrap();
        number(work, ROWS).await.unwrap();
        let insert = format!("INSERT INTO counters VALUES ({id}, 0)");
        work.execute_unprepared(&insert).await.unwrap();
    }
    one.commit().await.unwrap();
    let refused = other.commit().await.unwrap_err();
    assert!(matches!(refused, DbError::Database { .. }), "{refused:?}");
    assert_eq!(number(&db.reader(), ROWS).await.unwrap(), 2);
}

/// A proxy before the server, whose connections can be cut.
struct Proxy {
    url: String,
    /// The next message to the server with these words is its last: no answer comes back.
    cut_at: Arc<Mutex<Option<&'static str>>>,
}

impl Proxy {
    async fn to(scratch: &Scratch) -> Self {
        let mut url: Url = scratch.url().parse().unwrap();
        let host = url.host_str().unwrap().to_owned();
        let server = (host, url.port().unwrap_or(5432));
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
        let port = listener.local_addr().unwrap().port();
        url.set_host(Some("127.0.0.1")).unwrap();
        url.set_port(Some(port)).unwrap();
        let cut_at = Arc::<Mutex<Option<&'static str>>>::default();
        let cuts = Arc::clone(&cut_at);
        tokio::spawn(async move {
            while let Ok((client, _)) = listener.accept().await {
                let server = TcpStream::connect(server.clone()).await.unwrap();
                tokio::spawn(carry(client, server, Arc::clone(&cuts)));
            }
        });
        Self {
            url: url.into(),
            cut_at,
        }
    }
}

/// Carries messages both ways until one side ends, or the connection is cut.
async fn carry(
    mut client: TcpStream,
    mut server: TcpStream,
    cut_at: Arc<Mutex<Option<&'static str>>>,
) -> io::Result<()> {
    let (mut from_client, mut from_server) = ([0; 8192], [0; 8192]);
    loop {
        tokio::select! {
            read = client.read(&mut from_client) => {
                let sent = &from_client[..read?];
                if sent.is_empty() {
                    return Ok(());
                }
                server.write_all(sent).await?;
                let is_last = {
                    let mut cut_at = cut_at.lock().unwrap();
                    let is_in = |words: &mut &str| {
                        sent.windows(words.len()).any(|at| at == words.as_bytes())
                    };
                    cut_at.take_if(is_in).is_some()
                };
                if is_last {
                    // The server has done it, and its answer goes nowhere.
                    let _ = server.read(&mut from_server).await?;
                    return Ok(());
                }
            }
            read = server.read(&mut from_server) => {
                let answer = &from_server[..read?];
                if answer.is_empty() {
                    return Ok(());
                }
                client.write_all(answer).await?;
            }
        }
    }
}

async fn insert(work: UnitOfWork, tries: &AtomicU32) -> Result<(), WriteError> {
    tries.fetch_add(1, SeqCst);
    let sql = "INSERT INTO counters VALUES (7, 0)";
    work.execute_unprepared(sql).await?;
    Ok(())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_unit_whose_outcome_nobody_knows_is_not_repeated() {
    let scratch = Scratch::empty(Engine::Postgres).await;
    let direct = counters(&scratch).await;
    let proxy = Proxy::to(&scratch).await;
    let db = Database::open(&config(&proxy.url), CONVENTION)
        .await
        .unwrap();
    *proxy.cut_at.lock().unwrap() = Some("COMMIT");
    let tries = AtomicU32::new(0);
    let error = db.write(|work| insert(work, &tries)).await.unwrap_err();
    assert!(
        matches!(error, WriteError::Database(DbError::OutcomeUnknown { .. })),
        "{error:?}"
    );
    assert_eq!(tries.load(SeqCst), 1);
    assert_eq!(
        number(&direct.reader(), ROWS).await.unwrap(),
        2,
        "it was stored: again, it would have been stored twice"
    );
    let work = db.begin().await.unwrap();
    work.execute_unprepared("DELETE FROM counters WHERE id = 7")
        .await
        .unwrap();
    work.commit().await.unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_unit_that_was_lost_before_its_commit_is_repeated() {
    let scratch = Scratch::empty(Engine::Postgres).await;
    let direct = counters(&scratch).await;
    let proxy = Proxy::to(&scratch).await;
    let db = Database::open(&config(&proxy.url), CONVENTION)
        .await
        .unwrap();
    *proxy.cut_at.lock().unwrap() = Some("INSERT INTO counters");
    let tries = AtomicU32::new(0);
    db.write(|work| insert(work, &tries)).await.unwrap();
    assert_eq!(tries.load(SeqCst), 2);
    assert_eq!(number(&direct.reader(), ROWS).await.unwrap(), 2);
}

/// The error of a unit that ended its own transaction by SQL.
#[on_both_engines]
async fn a_commit_of_somebodys_own_is_not_repeated(engine: Engine) {
    let scratch = Scratch::empty(engine).await;
    let db = counters(&scratch).await;
    let tries = AtomicU32::new(0);
    let _ = db
        .write(|work| {
            let tries = &tries;
            async move {
                tries.fetch_add(1, SeqCst);
                work.execute_unprepared("INSERT INTO counters VALUES (7, 0)")
                    .await?;
                work.execute_unprepared("COMMIT").await?;
                Ok::<_, WriteError>(())
            }
        })
        .await;
    assert_eq!(tries.load(SeqCst), 1);
}
