"""Diffusion page: the moving picture as one HTML file that needs nothing but itself.

Everything that comes from a scenario is escaped: in the page as text, in the script as JSON without a character that
could end it. The page may load nothing, by its own policy.
"""

from __future__ import annotations

import json
import re
from html import escape
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from loyaltysim.plots.neighborhood import Scene
    from loyaltysim.plots.style import Look


def page(
    title: str,
    question: str,
    note: str,
    looks: dict[str, Look],
    places: np.ndarray,
    told: list[Scene],
    captions: list[str],
    milliseconds: int,
) -> str:
    """The page: `places` are customers × 2 within 0 … 1, `captions` one a scene."""
    ties: list[np.ndarray] = []
    which = []  # ties change rarely, and are written once for all scenes that share them
    for one in told:
        if not ties or not np.array_equal(one.ties, ties[-1]):
            ties.append(one.ties)
        which.append(len(ties) - 1)
    data = {
        "places": [[round(float(x), 4), round(1 - float(y), 4)] for x, y in places],
        "brands": [{"name": name, "color": look.color, "marker": look.marker} for name, look in looks.items()],
        "ties": [some.ravel().tolist() for some in ties],
        "scenes": [
            {
                "state": one.state.tolist(),
                "fresh": np.flatnonzero(one.new).tolist(),
                "brought": one.brought.ravel().tolist(),
                "ties": place,
                "caption": words,
            }
            for one, place, words in zip(told, which, captions)
        ],
        "milliseconds": milliseconds,
    }
    texts = {"title": escape(title), "question": escape(question), "note": escape(note), "data": in_script(data)}
    return re.sub("@(title|question|note|data)@", lambda found: texts[found[1]], PAGE)  # once: no text is looked into


def in_script(data: object) -> str:
    """JSON that can stand in a script of a page, whatever the texts in it."""
    text = json.dumps(data, ensure_ascii=True, separators=(",", ":"))
    return text.replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026")


PAGE = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy"
 content="default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'">
<title>@title@</title>
<style>
body { font: 15px/1.4 system-ui, sans-serif; color: #222; background: #fff; margin: 1.2em auto; max-width: 860px;
       padding: 0 1em; }
h1 { font-size: 1.2em; margin: 0; }
p { margin: .2em 0; color: #555; }
canvas { width: 100%; aspect-ratio: 7 / 5; display: block; }
.bar { display: flex; gap: .8em; align-items: center; margin: .4em 0; flex-wrap: wrap; }
input { flex: 1; min-width: 12em; }
button { font: inherit; min-width: 5em; }
#legend { display: flex; gap: 1.2em; flex-wrap: wrap; font-size: .9em; }
#legend span { display: inline-flex; align-items: center; gap: .3em; }
#legend canvas { width: 18px; height: 18px; }
</style>
</head>
<body>
<h1>@title@</h1>
<p>@question@ @note@</p>
<canvas id="scene" role="img" aria-label="@question@"></canvas>
<div class="bar">
<button id="play" type="button">Stop</button>
<input id="when" type="range" min="0" value="0" step="1" aria-label="time">
<span id="caption" role="status"></span>
</div>
<div id="legend"></div>
<noscript><p>The picture is drawn by a script in this page; scripts are off.</p></noscript>
<script>
"use strict";
const data = @data@;
const canvas = document.getElementById("scene"), when = document.getElementById("when");
const play = document.getElementById("play"), caption = document.getElementById("caption");
const still = matchMedia("(prefers-reduced-motion: reduce)").matches;
let at = 0, playing = !still;
when.max = data.scenes.length - 1;

function shape(pen, marker, x, y, r) {
  pen.beginPath();
  const sides = { s: [4, .25, 1.2], D: [4, 0, 1.2], "^": [3, .75, 1.3], v: [3, .25, 1.3], P: [4, .25, 1.2] }[marker];
  if (!sides) {
    if (marker === "X" || marker === "*") {
      const points = marker === "X" ? 4 : 5;
      for (let k = 0; k < 2 * points; k++) {
        const turn = 2 * Math.PI * (k / (2 * points) - .25), far = k % 2 ? .5 * r : 1.4 * r;
        pen.lineTo(x + far * Math.cos(turn), y + far * Math.sin(turn));
      }
      pen.closePath();
    } else pen.arc(x, y, r, 0, 2 * Math.PI);
    return;
  }
  const [n, offset, grow] = sides, begin = n === 4 ? (offset ? 1 / 8 : 0) : offset;
  for (let k = 0; k < n; k++) {
    const turn = 2 * Math.PI * (k / n + begin);
    pen.lineTo(x + grow * r * Math.cos(turn), y + grow * r * Math.sin(turn));
  }
  pen.closePath();
}

function customer(pen, state, x, y, r) {
  if (state === -2) { shape(pen, "o", x, y, .75 * r); pen.fillStyle = "#fff"; pen.strokeStyle = "#a8a8a8"; }
  else if (state === -1) { shape(pen, "o", x, y, r); pen.fillStyle = "#d9d9d9"; pen.strokeStyle = "#222"; }
  else {
    const brand = data.brands[state];
    shape(pen, brand.marker, x, y, r); pen.fillStyle = brand.color; pen.strokeStyle = "#fff";
  }
  pen.lineWidth = r / 6; pen.fill(); pen.stroke();
}

function lines(pen, pairs, place, color, width) {
  pen.beginPath(); pen.strokeStyle = color; pen.lineWidth = width;
  for (let k = 0; k < pairs.length; k += 2) {
    pen.moveTo(...place(pairs[k])); pen.lineTo(...place(pairs[k + 1]));
  }
  pen.stroke();
}

function draw() {
  const scale = devicePixelRatio || 1, box = canvas.getBoundingClientRect();
  canvas.width = Math.round(box.width * scale); canvas.height = Math.round(box.height * scale);
  const pen = canvas.getContext("2d"), wide = canvas.width, high = canvas.height, edge = 14 * scale;
  const r = Math.min(6, 4 + 120 / data.places.length) * scale, one = data.scenes[at];
  const place = i => [edge + data.places[i][0] * (wide - 2 * edge), edge + data.places[i][1] * (high - 2 * edge)];
  lines(pen, data.ties[one.ties], place, "#d0d0d0", .8 * scale);
  lines(pen, one.brought, place, "#767676", 1.5 * scale);
  for (const i of one.fresh) {
    pen.beginPath(); pen.arc(...place(i), 2.1 * r, 0, 2 * Math.PI);
    pen.fillStyle = "#F0E442"; pen.strokeStyle = "#222"; pen.lineWidth = scale; pen.fill(); pen.stroke();
  }
  one.state.forEach((state, i) => customer(pen, state, ...place(i), r));
  caption.textContent = one.caption; when.value = at;
}

function tick() {
  if (playing) {
    if (at + 1 < data.scenes.length) at++; else playing = false;
    draw(); label();
  }
}

function label() { play.textContent = playing ? "Stop" : "Play"; }

play.addEventListener("click", () => {
  playing = !playing;
  if (playing && at + 1 === data.scenes.length) at = 0;
  label(); draw();
});
when.addEventListener("input", () => { at = Number(when.value); playing = false; label(); draw(); });
addEventListener("resize", draw);

const legend = document.getElementById("legend");
const entries = [["no customer yet", -2], ["bought nothing yet", -1], ...data.brands.map((b, i) => [b.name, i])];
for (const [name, state] of entries) {
  const entry = document.createElement("span"), dot = document.createElement("canvas");
  dot.width = dot.height = 36;
  customer(dot.getContext("2d"), state, 18, 18, 11);
  entry.append(dot, name); legend.append(entry);
}
label(); draw(); setInterval(tick, data.milliseconds);
</script>
</body>
</html>
"""
