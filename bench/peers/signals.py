"""Articles, and their rollup, by SQLAlchemy 2 over asyncpg or aiosqlite.

Reads one request on stdin ({"work", "url", "file"}) and answers with a line on stdout ({"amount",
"p99_ms", "kept"}). The tables are there.
"""

import asyncio
import json
import math
import sys
import time
import uuid
from datetime import datetime, timezone

from sqlalchemy import Column, DateTime, Float, Integer, MetaData, String, Table, Uuid, event, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import create_async_engine
from sqlalchemy.types import BLOB, TypeDecorator


class Id(TypeDecorator):
    """A UUID; 16 bytes on SQLite."""

    impl = Uuid
    cache_ok = True

    def load_dialect_impl(self, dialect):
        return dialect.type_descriptor(BLOB() if dialect.name == "sqlite" else Uuid())

    def process_bind_param(self, value, dialect):
        return value.bytes if dialect.name == "sqlite" and isinstance(value, uuid.UUID) else value


class Instant(TypeDecorator):
    """An instant in UTC; text with its offset on SQLite."""

    impl = DateTime
    cache_ok = True

    def load_dialect_impl(self, dialect):
        kind = String() if dialect.name == "sqlite" else DateTime(timezone=True)
        return dialect.type_descriptor(kind)

    def process_bind_param(self, value, dialect):
        return value.isoformat() if dialect.name == "sqlite" else value

    def process_result_value(self, value, dialect):
        return datetime.fromisoformat(value) if dialect.name == "sqlite" else value


metadata = MetaData()
entities = Table(
    "tracked_entities",
    metadata,
    Column("id", Id, primary_key=True),
    Column("name", String),
    Column("category", String),
)
articles = Table(
    "articles",
    metadata,
    Column("id", Id, primary_key=True),
    Column("external_id", String),
    Column("url", String),
    Column("title", String),
    Column("source_name", String),
    Column("content", String),
    Column("published_at", Instant),
    Column("sentiment_score", Float),
)
mentions = Table(
    "article_mentions",
    metadata,
    Column("article_id", Id, primary_key=True),
    Column("tracked_entity_id", Id, primary_key=True),
    Column("published_at", Instant),
    Column("sentiment_score", Float),
)
series = Table(
    "sentiment_timeseries",
    metadata,
    Column("tracked_entity_id", Id, primary_key=True),
    Column("period", String, primary_key=True),
    Column("starts_at", Instant, primary_key=True),
    Column("mean", Float),
    Column("min", Float),
    Column("max", Float),
    Column("std", Float),
    Column("article_count", Integer),
)


def open_engine(url):
    engine = create_async_engine(url)
    if engine.dialect.name == "sqlite":

        @event.listens_for(engine.sync_engine, "connect")
        def set_pragmas(connection, _record):
            cursor = connection.cursor()
            cursor.execute("PRAGMA journal_mode = WAL")
            cursor.execute("PRAGMA synchronous = FULL")
            cursor.execute("PRAGMA foreign_keys = ON")
            cursor.close()

    return engine


def insert_into(engine, table, key):
    """INSERT ... ON CONFLICT (key) DO UPDATE of all other columns but the id."""
    dialect = sqlite if engine.dialect.name == "sqlite" else postgresql
    insert = dialect.insert(table)
    kept = {"id", *key}
    changed = {c.name: insert.excluded[c.name] for c in table.columns if c.name not in kept}
    return insert.on_conflict_do_update(index_elements=list(key), set_=changed)


async def ingest(engine, request):
    started = time.perf_counter()
    rows, said = [], []
    with open(request["file"], encoding="utf-8") as file:
        for line in file:
            article = json.loads(line)
            article["published_at"] = datetime.fromisoformat(article["published_at"])
            article["id"] = uuid.uuid4()
            names = article.pop("entities")
            said.append((article, names))
            rows.append(article)
    async with engine.begin() as connection:
        await connection.execute(insert_into(engine, articles, ["external_id"]), rows)
        names = {name for _, names in said for name in names}
        ids = {name: uuid.uuid4() for name in names}
        tracked = [{"id": ids[name], "name": name, "category": "model"} for name in names]
        await connection.execute(insert_into(engine, entities, ["name"]), tracked)
        pairs = [
            {
                "article_id": article["id"],
                "tracked_entity_id": ids[name],
                "published_at": article["published_at"],
                "sentiment_score": article["sentiment_score"],
            }
            for article, names in said
            for name in names
        ]
        key = ["article_id", "tracked_entity_id"]
        await connection.execute(insert_into(engine, mentions, key), pairs)
    took = time.perf_counter() - started
    return {"amount": len(rows) / took, "p99_ms": None, "kept": len(rows)}


def point(entity, period, start, scores):
    mean = sum(scores) / len(scores)
    return {
        "tracked_entity_id": entity,
        "period": period,
        "starts_at": start,
        "mean": min(max(mean, min(scores)), max(scores)),
        "min": min(scores),
        "max": max(scores),
        "std": math.sqrt(sum((score - mean) ** 2 for score in scores) / len(scores)),
        "article_count": len(scores),
    }


async def roll_up(engine, _request):
    started = time.perf_counter()
    hours, days = {}, {}
    async with engine.begin() as connection:
        wanted = select(mentions.c.tracked_entity_id, mentions.c.published_at, mentions.c.sentiment_score)
        for entity, at, score in await connection.execute(wanted):
            at = at.astimezone(timezone.utc)
            hour = at.replace(minute=0, second=0, microsecond=0)
            hours.setdefault((entity, hour), []).append(score)
            days.setdefault((entity, hour.replace(hour=0)), []).append(score)
        points = [point(entity, "hourly", at, scores) for (entity, at), scores in hours.items()]
        points += [point(entity, "daily", at, scores) for (entity, at), scores in days.items()]
        key = ["tracked_entity_id", "period", "starts_at"]
        await connection.execute(insert_into(engine, series, key), points)
    return {"amount": (time.perf_counter() - started) * 1e3, "p99_ms": None}


async def answer(request):
    engine = open_engine(request["url"])
    try:
        return await {"ingest": ingest, "rollup": roll_up}[request["work"]](engine, request)
    finally:
        await engine.dispose()


print(json.dumps(asyncio.run(answer(json.loads(sys.stdin.readline())))), flush=True)
