#!/usr/bin/env python3
"""Writes articles.jsonl: half a year of invented articles about twelve invented models and tools.

Every entity has a story: how it is felt about as time goes by, and days on which something happens
to it, which brings more articles. The same on every run; needs Python 3.9 and nothing else:

    python3 examples/signals/generate.py
"""

import json
import math
import random
from datetime import date, datetime, timedelta, timezone
from pathlib import Path

SEED = 20260105
FIRST, LAST = date(2026, 1, 5), date(2026, 6, 28)

# Name, category, articles a day, mood at the beginning and at the end, events: day, change of
# mood, which wears off in about two weeks, and how many articles it brings.
ENTITIES = [
    ("Quillon 2", "model", 2.80, 0.05, 0.35, [
        ("2026-02-10", 0.55, 14, "release"), ("2026-04-14", -0.95, 16, "outage"),
        ("2026-05-20", 0.35, 8, "price")]),
    ("Varrow Large", "model", 0.45, 0.30, -0.05, [
        ("2026-03-17", -0.50, 8, "licence"), ("2026-06-02", 0.45, 7, "release")]),
    ("Brindle Chat", "model", 0.35, 0.10, 0.20, [("2026-05-05", 0.40, 6, "release")]),
    ("Tessaly 7B", "model", 0.25, 0.25, 0.45, [("2026-03-03", 0.35, 7, "release")]),
    ("Marrowby Vision", "model", 0.15, -0.10, 0.15, [("2026-04-28", -0.35, 4, "outage")]),
    ("Cindral Instruct", "model", 0.12, 0.00, -0.30, [("2026-02-24", -0.45, 5, "licence")]),
    ("Ostrel Mini", "model", 0.15, 0.15, 0.30, [("2026-06-16", 0.40, 5, "release")]),
    ("Ostler", "tool", 0.40, 0.20, 0.40, [
        ("2026-01-27", 0.35, 6, "release"), ("2026-05-12", -0.60, 9, "outage")]),
    ("Wickerbox", "tool", 0.20, 0.00, 0.15, [("2026-03-24", 0.30, 4, "price")]),
    ("Foldwise", "tool", 0.15, -0.20, 0.10, [("2026-04-07", 0.35, 4, "release")]),
    ("Lanternscope", "tool", 0.12, 0.30, 0.25, []),
    ("Hedgerunner", "tool", 0.10, 0.10, -0.15, [("2026-06-09", -0.50, 4, "price")]),
]

SOURCES = ["The Model Ledger", "Tensor Weekly", "Inference Notes", "Bench and Build",
           "Latent Post", "Half Precision"]

EVENT_TITLES = {
    "release": ["{} gets the release that people waited for", "Hands on with the new {}",
                "What is new in {}, and what is not", "{} update: faster, and it shows"],
    "outage": ["{} is down, and so are its users", "A long night for {}",
               "After the outage: what {} owes its users", "{} explains what went wrong"],
    "licence": ["{} changes its licence, to nobody's delight", "Who may still use {}?",
                "The small print of {}", "Teams look for the exit after {} changes its terms"],
    "price": ["{} has a new price list", "What {} costs now", "Doing the sums on {}",
              "{} at the new price: is it worth it?"],
}

TITLES = {
    "good": ["Why we moved to {}", "{} keeps getting better", "A month with {}: we are staying",
             "{} does the dull work well", "Three things that {} gets right"],
    "fair": ["{} in practice", "Notes from a week with {}", "{}: an even-handed look",
             "Where {} fits, and where it does not", "Questions and answers about {}"],
    "poor": ["{} has us worried", "What {} gets wrong", "We gave up on {}",
             "{} promised more than this", "The trouble with {}"],
}

SENTENCES = {
    "good": ["Answers come quickly and hold up when we check them.",
             "The team needed an afternoon to settle in.",
             "It found two mistakes that our reviewers had missed.",
             "Costs went down by a third, and nobody complained.",
             "Support replied within the hour."],
    "fair": ["It does what it says, no more and no less.",
             "Results depend on how much care goes into the prompt.",
             "We would use it again for short tasks.",
             "The documentation is honest about the limits.",
             "Our figures are about those of the year before."],
    "poor": ["Half of the answers had to be thrown away.",
             "It forgets what it was told a page before.",
             "The bill was twice what we had planned.",
             "Nobody could tell us when it would be back.",
             "We spent more time on checking than we saved."],
}


def mood(entity, day):
    """How the articles of a day feel about an entity on average."""
    _, _, _, begin, end, events = entity
    share = (day - FIRST) / (LAST - FIRST)
    level = begin + (end - begin) * share + 0.08 * math.sin(share * 14 + begin * 40)
    for when, change, _, _ in events:
        since = (day - date.fromisoformat(when)).days
        if since >= 0:
            level += change * math.exp(-since / 14)
    return level


def clamp(score):
    return round(max(-1.0, min(1.0, score)), 3)


def articles_of(rng, entity, day):
    """How many articles a day brings, and what they are about."""
    _, _, rate, _, _, events = entity
    weekend = day.weekday() >= 5
    rate *= 0.6 if weekend else 1.0
    kinds = [None] * sum(rng.random() < rate / 6 for _ in range(6))
    for when, _, count, kind in events:
        since = (day - date.fromisoformat(when)).days
        if 0 <= since < 5:
            kinds += [kind] * round(count * (0.45, 0.25, 0.15, 0.1, 0.05)[since])
    return kinds


def instant(rng, day):
    """Mostly during working hours."""
    hour = min(23.99, max(0.0, rng.gauss(13.5, 3.8)))
    begin = datetime(day.year, day.month, day.day, tzinfo=timezone.utc)
    return begin + timedelta(seconds=int(hour * 3600))


def article(rng, number, entity, day, kind):
    name = entity[0]
    own = clamp(rng.gauss(mood(entity, day), 0.17))
    tone = "good" if own > 0.25 else "poor" if own < -0.15 else "fair"
    title = rng.choice(EVENT_TITLES[kind] if kind else TITLES[tone]).format(name)
    text = " ".join(rng.sample(SENTENCES[tone], 2))
    published_at = instant(rng, day)
    source = rng.choice(SOURCES)
    mentioned = [{"name": name, "score": own, "category": entity[1]}]
    if rng.random() < 0.22:
        other = rng.choice([it for it in ENTITIES if it is not entity])
        score = clamp(rng.gauss(mood(other, day), 0.2))
        mentioned.append({"name": other[0], "score": score, "category": other[1]})
        text += f" Beside it we tried {other[0]}."
    words = "".join(c if c.isalnum() else " " for c in title.lower()).split()
    host = source.lower().replace(" ", "-")
    return {
        "external_id": f"sample-{number:04}",
        "title": title,
        "url": f"https://{host}.example/{published_at:%Y/%m/%d}/{'-'.join(words)}-{number}",
        "source_name": source,
        "content": text,
        "published_at": published_at.strftime("%Y-%m-%dT%H:%M:%SZ"),
        "sentiment_score": clamp(sum(it["score"] for it in mentioned) / len(mentioned)),
        "entities": mentioned,
    }


def main():
    rng = random.Random(SEED)
    written = []
    day = FIRST
    while day <= LAST:
        for entity in ENTITIES:
            for kind in articles_of(rng, entity, day):
                written.append(article(rng, len(written) + 1, entity, day, kind))
        day += timedelta(days=1)
    written.sort(key=lambda it: it["published_at"])
    path = Path(__file__).with_name("articles.jsonl")
    with path.open("w", encoding="utf-8", newline="\n") as file:
        for line in written:
            file.write(json.dumps(line, ensure_ascii=False) + "\n")
    print(f"{len(written)} articles in {path}")


if __name__ == "__main__":
    main()
