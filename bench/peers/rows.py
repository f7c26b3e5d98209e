"""SQLAlchemy 2, asynchronous, over aiosqlite, set up as is common in the field.

Reads a request per line on stdin ({"work", "file", "seconds"}) and answers with a line on stdout
({"amount", "p99_ms", "kept", "refused"}).
"""

import asyncio
import json
import random
import statistics
import sys
import time

from sqlalchemy import ForeignKey, event, insert, select
from sqlalchemy.exc import OperationalError
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker, create_async_engine
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column, relationship, selectinload

# As in bench/src/work.rs.
BULKS = 9


class Base(DeclarativeBase):
    pass


class Note(Base):
    __tablename__ = "notes"
    id: Mapped[int] = mapped_column(primary_key=True)
    caller: Mapped[int]
    body: Mapped[str]


class Counter(Base):
    __tablename__ = "counters"
    id: Mapped[int] = mapped_column(primary_key=True)
    n: Mapped[int]


class Project(Base):
    __tablename__ = "projects"
    id: Mapped[int] = mapped_column(primary_key=True)
    title: Mapped[str]
    prompt: Mapped[str]
    status: Mapped[str]
    scenes: Mapped[list["Scene"]] = relationship(order_by="Scene.position")


class Scene(Base):
    __tablename__ = "scenes"
    id: Mapped[int] = mapped_column(primary_key=True)
    project_id: Mapped[int] = mapped_column(ForeignKey("projects.id"))
    position: Mapped[int]
    description: Mapped[str]
    seconds: Mapped[float | None]


def open_engine(file):
    engine = create_async_engine(f"sqlite+aiosqlite:///{file}", pool_size=20)

    @event.listens_for(engine.sync_engine, "connect")
    def set_pragmas(connection, _record):
        cursor = connection.cursor()
        cursor.execute("PRAGMA journal_mode = WAL")
        cursor.execute("PRAGMA synchronous = FULL")
        cursor.execute("PRAGMA foreign_keys = ON")
        cursor.execute("PRAGMA busy_timeout = 5000")
        cursor.close()

    return engine


def description(position):
    return f"Scene {position}: waves roll in under a low sun, gulls over the breakwater"


async def commit_one(sessions, caller, _call):
    async with sessions() as session:
        session.add(Note(caller=caller, body="a note"))
        await session.commit()
    return "kept"


async def count_one(sessions, caller, call):
    async with sessions() as session:
        counter = await session.get(Counter, 1 + (caller + call) % 8)
        counter.n += 1
        await session.commit()
    return "kept"


async def commit_three_of_four(sessions, caller, call):
    async with sessions() as session:
        session.add(Note(caller=caller, body="a note"))
        if call % 4 == 3:
            await session.flush()
            await session.rollback()
            return "taken back"
        await session.commit()
    return "kept"


async def read_one(sessions, _caller, _call):
    async with sessions() as session:
        wanted = select(Project).where(Project.id == random.randint(1, 1000))
        project = await session.scalar(wanted.options(selectinload(Project.scenes)))
        assert len(project.scenes) == 5
    return "read"


async def drive(sessions, callers, seconds, one):
    """Lets callers call over and over; returns the counts and every latency."""
    counts = {"kept": 0, "taken back": 0, "refused": 0, "read": 0}
    latencies = []
    end = time.perf_counter() + seconds

    async def caller(number):
        call = 0
        while time.perf_counter() < end:
            since = time.perf_counter()
            try:
                ended = await one(sessions, number, call)
            except OperationalError as error:
                if "locked" not in str(error):
                    raise
                ended = "refused"
            counts[ended] += 1
            latencies.append(time.perf_counter() - since)
            call += 1

    started = time.perf_counter()
    await asyncio.gather(*(caller(number) for number in range(callers)))
    took = time.perf_counter() - started
    latencies.sort()
    return {
        "amount": (counts["kept"] + counts["taken back"] + counts["read"]) / took,
        "p99_ms": latencies[min(len(latencies) * 99 // 100, len(latencies) - 1)] * 1e3,
        "kept": counts["kept"],
        "refused": counts["refused"],
    }


async def read_beside_a_writer(sessions, seconds):
    resting = asyncio.Event()

    async def write():
        while not resting.is_set():
            await commit_one(sessions, 0, 0)

    writer = asyncio.create_task(write())
    outcome = await drive(sessions, 8, seconds, read_one)
    resting.set()
    await writer
    return outcome


async def read_models(sessions, seconds):
    rows, started = 0, time.perf_counter()
    while time.perf_counter() - started < seconds:
        async with sessions() as session:
            scenes = (await session.scalars(select(Scene))).all()
        assert len(scenes) == 10_000 and sum(scene.position for scene in scenes) == 45_000
        rows += len(scenes)
    return {"amount": rows / (time.perf_counter() - started), "p99_ms": None}


async def insert_in_bulk(sessions):
    rows = [
        {"project_id": 1, "position": number, "description": description(number), "seconds": 2.5}
        for number in range(10_000)
    ]
    rates = []
    for _ in range(BULKS):
        started = time.perf_counter()
        async with sessions() as session:
            await session.execute(insert(Scene), rows)
            await session.commit()
        rates.append(len(rows) / (time.perf_counter() - started))
    return {"amount": statistics.median(rates), "p99_ms": None, "kept": BULKS * len(rows)}


async def answer(request):
    engine = open_engine(request["file"])
    sessions = async_sessionmaker(engine, class_=AsyncSession, expire_on_commit=False)
    seconds = request["seconds"]
    try:
        match request["work"]:
            case "commits":
                return await drive(sessions, 64, seconds, commit_one)
            case "counters":
                return await drive(sessions, 64, seconds, count_one)
            case "rollbacks":
                return await drive(sessions, 64, seconds, commit_three_of_four)
            case "single":
                return await drive(sessions, 1, seconds, commit_one)
            case "reads":
                return await read_beside_a_writer(sessions, seconds)
            case "models":
                return await read_models(sessions, seconds)
            case "bulk":
                return await insert_in_bulk(sessions)
            case other:
                raise ValueError(f"no work {other}")
    finally:
        await engine.dispose()


def main():
    for line in sys.stdin:
        print(json.dumps(asyncio.run(answer(json.loads(line)))), flush=True)


main()
