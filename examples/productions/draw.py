#!/usr/bin/env python3
"""Draws the production `lighthouse`: its keyframes, its clips and the film, from nothing but
arithmetic. The files, their durations and the number of scenes are read from its storyboard.json.

Needs Python 3.10 with NumPy and Pillow, and ffmpeg with libx264. On Debian:

    apt-get install -y python3-numpy python3-pil ffmpeg
    /usr/bin/python3 examples/productions/draw.py

The pictures are the same on every run; the clips are the same for the same build of libx264.
"""

import json
import math
import subprocess
from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw, ImageFilter

WIDTH, HEIGHT = 320, 180
SCALE = 2  # drawn at this multiple and averaged down: smooth edges
FRAME_RATE = 24
CRF = 23  # x264's constant rate factor: smaller is better and larger

W, H = WIDTH * SCALE, HEIGHT * SCALE
HORIZON = 0.62
ASPECT = W / H
# Where the lamp is: x in picture heights from the left, y from the top, both of 0…1 × height.
LAMP = (1.292, 0.262)
LAMP_COLOUR = np.array([1.0, 0.93, 0.72])

Y, X = np.mgrid[0:H, 0:W].astype(np.float32)
X, Y = (X + 0.5) / H, (Y + 0.5) / H


# -- small tools -------------------------------------------------------------------------------


def colour(text):
    """`#RRGGBB` as three numbers of 0…1."""
    return np.array([int(text[i : i + 2], 16) / 255 for i in (1, 3, 5)], dtype=np.float32)


def mix(a, b, amount):
    return a + (b - a) * amount


def smooth(low, high, value):
    """0 below `low`, 1 above `high`, an S between."""
    t = np.clip((value - low) / (high - low), 0, 1)
    return t * t * (3 - 2 * t)


def gradient(value, stops):
    """Colours along `value`; a stop is (position, colour)."""
    positions = [position for position, _ in stops]
    colours = np.array([c for _, c in stops])
    return np.stack([np.interp(value, positions, colours[:, i]) for i in range(3)], axis=-1)


def blend(image, paint, mask):
    """Lays one colour, or a picture, over `image` where `mask` says."""
    image += (paint - image) * mask[..., None]


def add(image, light, mask):
    image += light * mask[..., None]


LATTICE = np.random.default_rng(1894).random((256, 256)).astype(np.float32)


def noise(x, y):
    """Smooth values of 0…1 on an endless plane."""
    x0, y0 = np.floor(x).astype(int), np.floor(y).astype(int)
    fx, fy = x - x0, y - y0
    fx, fy = fx * fx * (3 - 2 * fx), fy * fy * (3 - 2 * fy)
    at = lambda dx, dy: LATTICE[(y0 + dy) % 256, (x0 + dx) % 256]
    return mix(mix(at(0, 0), at(1, 0), fx), mix(at(0, 1), at(1, 1), fx), fy)


def clouds(x, y, octaves=4):
    total, weight = 0, 0
    for octave in range(octaves):
        total = total + noise(x * 2**octave + 17 * octave, y * 2**octave) / 2**octave
        weight += 1 / 2**octave
    return total / weight


def layer(draw_on, blur=0.0):
    """A mask drawn with Pillow at the large size."""
    image = Image.new("L", (W, H), 0)
    draw_on(ImageDraw.Draw(image))
    if blur:
        image = image.filter(ImageFilter.GaussianBlur(blur))
    return np.asarray(image, dtype=np.float32) / 255


def dots(points):
    """(x, y) in picture heights → pixels."""
    return [(x * H, y * H) for x, y in points]


# -- the parts of a view -----------------------------------------------------------------------


def sky(stops):
    return gradient(Y / HORIZON, stops).astype(np.float32)


def sun(image, x, y, strength, disk):
    """The sun with its glow; `disk` 0 hides the disk itself."""
    distance = np.hypot(X - x, (Y - y) * 1.15)
    above = (Y < HORIZON).astype(np.float32)
    add(image, colour("#FF9A4D"), above * strength * 0.55 * np.exp(-((distance / 0.34) ** 2)))
    add(image, colour("#FFD58A"), above * strength * 0.65 * np.exp(-((distance / 0.12) ** 2)))
    np.minimum(image, [1.0, 0.93, 0.78], out=image)  # what glows is darker than what shines
    blend(image, colour("#FFFBEA"), above * disk * smooth(0.052, 0.047, np.hypot(X - x, Y - y)))


STARS = np.random.default_rng(7).random((150, 4))


def stars(image, amount, time):
    for x, y, size, phase in STARS:
        twinkle = 0.75 + 0.25 * math.sin(time * 5 + phase * 40)
        visible = float(smooth(phase * 0.7, phase * 0.7 + 0.3, amount)) * twinkle
        px, py = x * ASPECT, y * HORIZON * 0.86
        if visible <= 0.01:
            continue
        x0, y0 = int(px * H), int(py * H)
        window = (slice(max(y0 - 4, 0), y0 + 5), slice(max(x0 - 4, 0), x0 + 5))
        radius = 0.0013 + 0.0017 * size**4
        spot = np.exp(-(((X[window] - px) ** 2 + (Y[window] - py) ** 2) / radius**2))
        image[window] += spot[..., None] * visible * (0.45 + 0.55 * size) * np.array([0.95, 0.97, 1.0])


def cloud_band(image, time, speed, scale, low, high, top, bottom, paint, strength):
    """Clouds between the heights `top` and `bottom`, drawn out along the wind."""
    field = clouds(X * scale + time * speed, Y * scale * 3.2 + 40)
    place = smooth(top, top + 0.12, Y) * smooth(bottom, bottom - 0.14, Y)
    blend(image, paint, smooth(low, high, field) * place * strength)


def sea(image, stops, time, roughness=0.25, glint=None, glint_colour=None, glint_strength=0.0):
    """Water below the horizon, with long waves in perspective and a path of light at `glint`."""
    depth = np.clip((Y - HORIZON) / (1 - HORIZON), 1e-4, 1)
    distance = 1 / (depth + 0.06)
    u, v = (X - 0.9) * distance * 1.6, distance * 6.0
    wave = noise(u * 1.4 + time * 0.35, v + time * 0.9) - 0.5
    wave += 0.6 * (noise(u * 3.1 - time * 0.5, v * 2.3 + time * 1.4) - 0.5)
    base = gradient(depth, stops)
    base = base * (1 + roughness * 2.2 * wave[..., None])
    if glint is not None:
        width = 0.035 + 0.16 * depth
        path = np.exp(-(((X - glint + wave * 0.09) / width) ** 2))
        sparkle = smooth(-0.12, 0.25, wave) * 0.85 + 0.15
        base = base + glint_colour * (path * sparkle * glint_strength)[..., None]
    blend(image, base, (Y >= HORIZON).astype(np.float32))


def cliff_line(x):
    """The top of the headland at `x`, in picture heights."""
    rise = smooth(0.70, 1.06, x)
    return 1.04 - rise * 0.405 + 0.02 * np.sin(x * 23) * (1 - rise * 0.7) + 0.006 * np.sin(x * 71)


def headland(image, dark, light, light_side=0.0):
    top = cliff_line(X)
    mask = smooth(-0.002, 0.002, Y - top)
    strata = noise(X * 16 + Y * 5, Y * 34 - X * 9)
    facet = np.clip((noise(X * 9, Y * 11) - 0.35) * 1.8, 0, 1)
    rim = np.exp(-((Y - top) / 0.014) ** 2) * light_side
    tone = np.clip(0.22 * strata + 0.38 * facet * (1 - smooth(0, 0.35, Y - top)) + rim, 0, 1)
    blend(image, mix(dark, light, tone[..., None]), mask)


def house(image, wall, roof, window):
    """The keeper's house, left of the tower."""
    blend(image, wall, layer(lambda d: d.rectangle(dots([(1.065, 0.585), (1.195, 0.655)])[0] + dots([(1.195, 0.655)])[0], fill=255)))
    blend(image, roof, layer(lambda d: d.polygon(dots([(1.05, 0.59), (1.082, 0.54), (1.178, 0.54), (1.21, 0.59)]), fill=255)))
    blend(image, roof * 0.8, layer(lambda d: d.rectangle([1.158 * H, 0.515 * H, 1.172 * H, 0.56 * H], fill=255)))

    def panes(draw):
        for x in (1.087, 1.148):
            draw.rectangle([x * H, 0.605 * H, (x + 0.022) * H, 0.63 * H], fill=255)

    lit = layer(panes)
    blend(image, mix(roof * 0.5, colour("#FFC766"), window), lit)
    if window > 0:
        add(image, colour("#FF9E3D") * 0.35 * window, layer(panes, 7))


def tower(image, shade, tint, lamp, sun_side=0.0):
    """White with red bands; `shade` 0 is night, 1 is day; `lamp` is how bright the light burns."""
    x, _ = LAMP
    bottom, top = 0.66, 0.315
    along = np.clip((Y - top) / (bottom - top), 0, 1)
    half = 0.029 + 0.021 * along**1.3
    across = (X - x) / half
    body = smooth(1.03, 0.97, np.abs(across)) * (Y >= top) * (Y <= bottom)
    red = smooth(0.46, 0.5, np.abs(np.mod(along * 2.5 + 0.02, 1) - 0.5) * 2)
    paint = mix(colour("#F4EFE6"), colour("#B5352F"), (1 - red)[..., None])
    round_ = 0.5 + 0.5 * np.sqrt(np.clip(1 - across**2, 0, 1))
    lit = round_ * (1 - 0.35 * across) + sun_side * 0.5 * smooth(0.6, -1, across)
    blend(image, paint * tint * (shade * lit)[..., None], body)
    iron = colour("#1C1A22") * (0.35 + 0.65 * shade)
    gallery = (np.abs(X - x) < 0.047) * (Y > 0.303) * (Y < 0.317)
    rail = (np.abs(X - x) < 0.045) * (Y > 0.284) * (Y < 0.287)
    posts = (np.abs(X - x) < 0.045) * (Y > 0.284) * (Y < 0.305) * (np.mod(X - x, 0.011) < 0.0022)
    room = (np.abs(X - x) < 0.0255) * (Y > 0.228) * (Y < 0.304)
    glass = mix(colour("#27303F") * (0.4 + 0.8 * shade), LAMP_COLOUR * 1.05, min(lamp, 1.0))
    bars = room * ((np.mod(X - x + 0.0255, 0.017) < 0.0026) | (np.abs(Y - 0.265) < 0.0015))
    blend(image, glass.astype(np.float32), room.astype(np.float32))
    blend(image, iron, (bars * (1 - 0.55 * min(lamp, 1.0))).astype(np.float32))
    dome = smooth(1.02, 0.98, np.hypot((X - x) / 0.033, (Y - 0.229) / 0.032)) * (Y < 0.23)
    tip = (np.abs(X - x) < 0.0022) * (Y > 0.168) * (Y < 0.2)
    for part in (gallery, rail, posts, tip):
        blend(image, iron, part.astype(np.float32))
    blend(image, mix(iron, colour("#8E2B2A") * tint, 0.25 + 0.5 * shade), dome)
    windows = sum((np.abs(X - x) < 0.006) * (np.abs(Y - y) < 0.012) for y in (0.40, 0.50))
    blend(image, mix(iron, colour("#FFC766"), 0.75 * (1 - shade)), windows.astype(np.float32))
    door = (np.abs(X - x) < 0.012) * (Y > 0.615) * (Y < 0.66)
    blend(image, iron, door.astype(np.float32))


def glow(image, lamp):
    distance = np.hypot(X - LAMP[0], Y - LAMP[1])
    add(image, LAMP_COLOUR * lamp, 0.9 * np.exp(-((distance / 0.03) ** 2)))
    add(image, colour("#FFC77A") * lamp, 0.35 * np.exp(-distance / 0.09))


def beam(image, azimuth, strength, haze=1.0):
    """The turning light. Azimuth 0 points right, π/2 at us, π left; its twin points opposite."""
    for turn, power in ((azimuth, 1.0), (azimuth + math.pi, 0.45)):
        side, toward = math.cos(turn), math.sin(turn)
        dx = (X - LAMP[0]) * math.copysign(1, side)
        dy = Y - LAMP[1] - 0.085 * dx * abs(side)
        reach = 0.12 + 1.5 * abs(side)
        width = 0.014 + dx * (0.055 + 0.5 * max(toward, 0) * (1 - abs(side)))
        inside = np.exp(-((dy / np.maximum(width, 1e-3)) ** 2)) * (dx > 0)
        fade = np.exp(-np.maximum(dx, 0) / reach) * smooth(0, 0.03, dx)
        add(image, LAMP_COLOUR * strength * power * haze, inside * fade * 0.85 * abs(side) ** 0.4)
        dazzle = max(toward, 0) ** 24 * power
        if dazzle > 0.01:
            distance = np.hypot(X - LAMP[0], Y - LAMP[1])
            add(image, LAMP_COLOUR * strength, dazzle * (np.exp(-distance / 0.12) + np.exp(-((distance / 0.05) ** 2))))


def ship(image, x, y, size, hull, sail):
    p = lambda a, b: (x + a * size, y + b * size)
    blend(image, sail, layer(lambda d: (
        d.polygon(dots([p(-0.05, -0.2), p(-0.05, -1.0), p(-0.62, -0.2)]), fill=255),
        d.polygon(dots([p(0.04, -0.2), p(0.04, -1.12), p(0.6, -0.2)]), fill=255),
    )))
    blend(image, hull, layer(lambda d: d.polygon(
        dots([p(-0.75, -0.12), p(0.8, -0.16), p(0.55, 0.16), p(-0.52, 0.16)]), fill=255)))


def rain(image, time, amount):
    """Slanting lines in three depths."""
    for depth, (count, length, speed, alpha) in enumerate(((240, 0.05, 1.5, 90), (140, 0.08, 2.1, 120), (60, 0.13, 2.9, 150))):
        drops = np.random.default_rng(100 + depth).random((count, 2))

        def strokes(draw):
            for x, y in drops[: int(count * amount)]:
                y = (y + time * speed) % 1.25 - 0.1
                x = (x * 1.5 + time * speed * 0.32) % 1.5 * ASPECT / 1.35 - 0.1
                draw.line(dots([(x, y), (x + length * 0.3, y + length)]), fill=alpha, width=2)

        add(image, colour("#9FB4BC"), layer(strokes, 0.7) * (0.4 + 0.35 * amount))


def lightning(image, time):
    """One flash, at about 0.45 of the scene."""
    flash = math.exp(-((time - 0.45) / 0.018) ** 2) + 0.6 * math.exp(-((time - 0.52) / 0.03) ** 2)
    if flash < 0.02:
        return
    image += colour("#A9C1DA") * 0.42 * flash * (1 - 0.5 * Y[..., None])
    rng = np.random.default_rng(12)
    points = [(0.42, 0.02)]
    while points[-1][1] < HORIZON - 0.02:
        x, y = points[-1]
        points.append((x + rng.uniform(-0.035, 0.04), y + rng.uniform(0.02, 0.06)))
    points[-1] = (points[-1][0], HORIZON)
    fork = [points[4], (points[4][0] + 0.06, points[4][1] + 0.07), (points[4][0] + 0.075, points[4][1] + 0.16)]
    bolt = layer(lambda d: (d.line(dots(points), fill=255, width=4), d.line(dots(fork), fill=190, width=2)), 0.6)
    halo = layer(lambda d: d.line(dots(points), fill=255, width=10), 9)
    add(image, colour("#EAF3FF"), np.clip(bolt + 0.7 * halo, 0, 1) * flash)


def spray(image, time, height):
    """A wave that breaks at the foot of the cliff."""
    rng = np.random.default_rng(55)
    seeds = rng.random((260, 3))

    def drops(draw):
        for a, b, c in seeds:
            age = (time * 1.3 + c) % 1
            x = 0.78 + 0.13 * a + (b - 0.5) * 0.22 * age
            y = 0.9 - height * (0.5 + b) * (age * 2.4 - 2.2 * age**2) + 0.06 * age
            r = 1 + 3.2 * (1 - age) * a
            draw.ellipse([x * H - r, y * H - r, x * H + r, y * H + r], fill=int(220 * (1 - age)))

    blend(image, colour("#C9D6D8"), np.clip(layer(drops, 0.9) + 0.55 * layer(drops, 6), 0, 1) * 0.85)


def gulls(image, time, amount):
    def wings(draw):
        for i, (x, y, size) in enumerate(((0.30, 0.22, 0.034), (0.40, 0.17, 0.025), (0.47, 0.24, 0.02), (0.74, 0.31, 0.027))):
            x, y = x + time * (0.16 + 0.02 * i), y - 0.05 * time + 0.008 * math.sin(time * 9 + i)
            lift = 0.42 + 0.38 * math.sin(time * 17 + i * 1.7)
            curve = [(x + s * size, y - lift * size * math.sin(abs(s) * math.pi * 0.62) + abs(s) ** 2 * size * 0.25) for s in np.linspace(-1, 1, 15)]
            draw.line(dots(curve), fill=255, width=3, joint="curve")

    blend(image, colour("#3B3A4C"), layer(wings, 0.5) * amount)


# -- the scenes: t runs from 0, the start keyframe, to 1, the end keyframe ------------------------


def dusk(t):
    c = lambda a, b: mix(colour(a), colour(b), float(smooth(0.05, 0.95, t)))
    image = sky([(0.0, c("#2A2A66", "#0C1033")), (0.45, c("#7A3E72", "#2B2457")), (0.78, c("#F08A5D", "#6E3A66")), (1.0, c("#FFD08A", "#C4685F"))])
    sun(image, 0.52, mix(0.53, 0.70, t), mix(1.0, 0.25, t), 1.0)
    cloud_band(image, t, 0.25, 1.9, 0.5, 0.68, 0.14, 0.52, c("#FFB27A", "#5A3560"), 0.55)
    stars(image, float(smooth(0.35, 1.1, t)), t)
    sea(image, [(0.0, c("#F2A06B", "#8B4C66")), (0.3, c("#8A4C78", "#33285A")), (1.0, c("#2B2358", "#10102F"))], t * 3, 0.22, 0.52, colour("#FFB46B"), mix(0.75, 0.12, t))
    lamp = float(smooth(0.62, 0.95, t)) * 0.95
    if lamp > 0:
        beam(image, 2.75, lamp * 0.55)
    headland(image, c("#2A1B38", "#0D0B1E"), c("#A8583F", "#3B2A4A"), mix(0.9, 0.15, t))
    house(image, c("#9C7480", "#332C4A"), c("#3B2336", "#15122A"), mix(0.25, 1.0, float(smooth(0.1, 0.5, t))))
    tower(image, mix(0.82, 0.3, t), c("#FFD9B8", "#8F86C0"), lamp, mix(0.6, 0.0, t))
    glow(image, lamp)
    return image


def night(t, last_turn=1.0):
    image = sky([(0.0, colour("#03071A")), (0.6, colour("#0B1C3F")), (1.0, colour("#24406E"))])
    cloud_band(image, t, 0.18, 1.6, 0.52, 0.75, 0.22, 0.6, colour("#1C3258"), 0.5)
    stars(image, 1.2, t * 2)
    turn = float(smooth(0.0, 0.92, t)) * last_turn
    azimuth = mix(0.12, 0.12 + 2 * math.pi + 2.93, turn)
    found = math.exp(-((math.cos(azimuth) + 1) / 0.16) ** 2) if math.sin(azimuth) > -0.6 else 0.0
    sea(image, [(0.0, colour("#1B3560")), (0.35, colour("#0B1C3E")), (1.0, colour("#040A1C"))], t * 3, 0.3, 0.3, colour("#C9BE93"), 0.3 * found)
    ship(image, 0.30, HORIZON + 0.004, 0.05, mix(colour("#0A1428"), colour("#3A3038"), found), mix(colour("#13254A"), colour("#FFF0CC"), found))
    beam(image, azimuth, 0.95)
    headland(image, colour("#05060F"), colour("#26304F"), 0.25)
    house(image, colour("#1B2038"), colour("#0A0C1A"), 0.9)
    tower(image, 0.3, colour("#8FA0D0"), 1.0)
    glow(image, 1.0)
    return image


def night_too_fast(t):
    """The first attempt: the beam turns too fast and past the ship. Not in the film."""
    return night(t, 1.45)


def storm(t):
    image = sky([(0.0, colour("#0B1014")), (0.5, colour("#223038")), (1.0, colour("#55686D"))])
    cloud_band(image, t, 1.1, 1.3, 0.36, 0.62, -0.2, 0.6, colour("#11181D"), 0.95)
    cloud_band(image, t, 1.9, 2.3, 0.5, 0.7, 0.05, 0.56, colour("#43545B"), 0.5)
    lightning(image, t)
    sea(image, [(0.0, colour("#4C5F64")), (0.3, colour("#26363D")), (1.0, colour("#0C1317"))], t * 6, mix(0.5, 0.75, t))
    beam(image, mix(2.55, 3.0, t), 0.9, 1.15)
    spray(image, t, mix(0.12, 0.34, t))
    headland(image, colour("#070A0C"), colour("#35444A"), 0.2)
    house(image, colour("#2B373D"), colour("#0E1417"), 0.95)
    tower(image, 0.42, colour("#A9BCC4"), 1.0)
    glow(image, 1.05)
    rain(image, t * 1.6, mix(0.3, 1.0, t))
    return image


def dawn(t):
    c = lambda a, b: mix(colour(a), colour(b), float(smooth(0.0, 0.9, t)))
    image = sky([(0.0, c("#3C5590", "#6FA0D8")), (0.5, c("#8C8FC0", "#BFD0E6")), (0.8, c("#E5A6AC", "#FFD9B0")), (1.0, c("#FFC9A0", "#FFEBB8"))])
    sun(image, 0.46, mix(0.72, 0.49, t), mix(0.15, 0.85, t), 1.0)
    cloud_band(image, t, 0.2, 1.5, 0.5, 0.7, 0.06, 0.42, c("#D79BB0", "#FFF1E0"), 0.6)
    stars(image, 0.35 * (1 - t), t)
    sea(image, [(0.0, c("#E0A4A4", "#FFDDA6")), (0.25, c("#7E86B5", "#8FB4CF")), (1.0, c("#2E416F", "#2F6288"))], t * 3, 0.18, 0.46, colour("#FFDF9A"), mix(0.1, 0.8, t))
    ship(image, 0.66, 0.672, 0.085, c("#2A2438", "#4A2F2B"), c("#B79FB4", "#FFF6E3"))
    lamp = 0.75 * float(smooth(0.7, 0.2, t))
    headland(image, c("#2B2A45", "#3E4A3A"), c("#8F6F72", "#B9A468"), mix(0.3, 0.8, t))
    house(image, c("#9A8FA8", "#EFE3D0"), c("#46324A", "#9A4A3C"), mix(0.6, 0.0, t))
    tower(image, mix(0.6, 1.0, t), c("#C9BEDA", "#FFF4E2"), lamp, mix(0.1, 0.5, t))
    glow(image, lamp * 0.6)
    gulls(image, t, float(smooth(0.0, 0.25, t)))
    return image


SCENES = [dusk, night, storm, dawn]
OTHER_ATTEMPTS = {(1, 1): night_too_fast}


# -- files -------------------------------------------------------------------------------------


def picture(view, t):
    """One frame, averaged down to its final size, as Pillow's image."""
    image = view(t) * (1 - 0.16 * (((X / ASPECT - 0.5) ** 2 + (Y - 0.5) ** 2) * 2)[..., None])
    small = np.clip(image, 0, 1).reshape(HEIGHT, SCALE, WIDTH, SCALE, 3).mean(axis=(1, 3))
    return Image.fromarray((small * 255 + 0.5).astype(np.uint8), "RGB")


def encode(path, frames):
    """H.264 in MP4, without anything that changes from run to run."""
    command = ["ffmpeg", "-v", "error", "-y", "-f", "rawvideo", "-pix_fmt", "rgb24"]
    command += ["-s", f"{WIDTH}x{HEIGHT}", "-r", str(FRAME_RATE), "-i", "-", "-an"]
    command += ["-c:v", "libx264", "-preset", "veryslow", "-crf", str(CRF), "-pix_fmt", "yuv420p"]
    command += ["-threads", "1", "-fflags", "+bitexact", "-flags:v", "+bitexact"]
    command += ["-map_metadata", "-1", "-movflags", "+faststart", str(path)]
    with subprocess.Popen(command, stdin=subprocess.PIPE) as encoder:
        for frame in frames:
            encoder.stdin.write(frame.tobytes())
        encoder.stdin.close()
    if encoder.returncode:
        raise SystemExit(f"ffmpeg failed on {path}")


def main():
    root = Path(__file__).parent / "lighthouse"
    storyboard = json.loads((root / "storyboard.json").read_text(encoding="utf-8"))
    film = []
    for scene, view in zip(storyboard["scenes"], SCENES, strict=True):
        index = scene["scene_index"]
        count = scene["duration_ms"] * FRAME_RATE // 1000
        for position, t in (("start", 0.0), ("end", 1.0)):
            path = root / scene["keyframes"][position]
            path.parent.mkdir(parents=True, exist_ok=True)
            picture(view, t).save(path, optimize=True)
        for clip in scene["clips"]:
            path = root / clip["file"]
            path.parent.mkdir(parents=True, exist_ok=True)
            drawn = OTHER_ATTEMPTS.get((index, clip["attempt"]), view)
            frames = [picture(drawn, i / (count - 1)) for i in range(count)]
            encode(path, frames)
            print(f"{path.relative_to(root)}: {count} frames, {path.stat().st_size} bytes")
        film += frames  # of the last attempt
    path = root / storyboard["output"]
    path.parent.mkdir(parents=True, exist_ok=True)
    encode(path, film)
    print(f"{path.relative_to(root)}: {len(film)} frames, {path.stat().st_size} bytes")


if __name__ == "__main__":
    main()
