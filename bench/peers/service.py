"""A service as small as can be: FastAPI, SQLAlchemy over aiosqlite, uvicorn."""

import os
from contextlib import asynccontextmanager

from fastapi import FastAPI
from pydantic import BaseModel
from sqlalchemy import ForeignKey, event, select, text
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker, create_async_engine
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column, relationship, selectinload

engine = create_async_engine(f"sqlite+aiosqlite:///{os.environ['BENCH_DATABASE']}", pool_size=20)
sessions = async_sessionmaker(engine, class_=AsyncSession, expire_on_commit=False)


@event.listens_for(engine.sync_engine, "connect")
def set_pragmas(connection, _record):
    cursor = connection.cursor()
    cursor.execute("PRAGMA journal_mode = WAL")
    cursor.execute("PRAGMA synchronous = FULL")
    cursor.execute("PRAGMA foreign_keys = ON")
    cursor.execute("PRAGMA busy_timeout = 5000")
    cursor.close()


class Base(DeclarativeBase):
    pass


class Project(Base):
    __tablename__ = "projects"
    id: Mapped[bytes] = mapped_column(primary_key=True)
    title: Mapped[str]
    status: Mapped[str]
    scenes: Mapped[list["Scene"]] = relationship()


class Scene(Base):
    __tablename__ = "scenes"
    id: Mapped[bytes] = mapped_column(primary_key=True)
    project_id: Mapped[bytes] = mapped_column(ForeignKey("projects.id"))
    description: Mapped[str]


class ProjectView(BaseModel):
    title: str
    status: str
    scenes: list[str]


@asynccontextmanager
async def lifespan(_app):
    async with engine.connect() as connection:
        await connection.execute(text("SELECT 1"))
    yield
    await engine.dispose()


app = FastAPI(lifespan=lifespan)


@app.get("/health")
async def health() -> dict[str, str]:
    return {"status": "ok"}


@app.get("/projects")
async def projects() -> list[ProjectView]:
    async with sessions() as session:
        found = await session.scalars(select(Project).options(selectinload(Project.scenes)))
        return [
            ProjectView(
                title=it.title, status=it.status, scenes=[scene.description for scene in it.scenes]
            )
            for it in found
        ]
