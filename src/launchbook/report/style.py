"""One look for every report: light, dark, and on paper."""

from __future__ import annotations

from typing import Final

STYLE: Final = """\
:root {
  --paper: #f6f7f9; --card: #ffffff; --ink: #1b2430; --quiet: #5d6b7c;
  --line: #dfe4ea; --soft: #eef1f5; --link: #1f5fbf;
  --service: #2f6fd0; --web: #8a55c8; --other: #7f8fa3;
  --good: #17693a; --good-soft: #dcf3e4; --bad: #a1211b; --bad-soft: #fde3e1;
  --doubt: #7f5200; --doubt-soft: #fdf0d2;
}
@media (prefers-color-scheme: dark) {
  :root {
    --paper: #11161c; --card: #1a2129; --ink: #e6ebf1; --quiet: #99a7b7;
    --line: #2c3641; --soft: #232c36; --link: #82b4ff;
    --service: #5f9bf2; --web: #b98bef; --other: #7d8c9d;
    --good: #86dca6; --good-soft: #173726; --bad: #ffa8a1; --bad-soft: #45201e;
    --doubt: #f3cd7d; --doubt-soft: #40310f;
  }
}
* { box-sizing: border-box; }
body {
  margin: 0; background: var(--paper); color: var(--ink);
  font: 15px/1.5 system-ui, -apple-system, "Segoe UI", Roboto, sans-serif;
}
main { max-width: 68rem; margin: 0 auto; padding: 2.5rem 1.25rem 4rem; }
header { margin-bottom: 1.5rem; }
h1 { font-size: 1.9rem; line-height: 1.2; margin: .35rem 0 .25rem; letter-spacing: -.015em; overflow-wrap: anywhere; }
h2 { font-size: 1.05rem; margin: 0 0 .75rem; }
p { margin: 0; }
.lead { margin: 0; color: var(--quiet); font-size: 1.05rem; overflow-wrap: anywhere; }
.note, .quiet { color: var(--quiet); }
.note { margin: -.55rem 0 .9rem; font-size: .88rem; }
section {
  background: var(--card); border: 1px solid var(--line); border-radius: 12px;
  padding: 1.15rem 1.3rem; margin: 1rem 0;
}
.facts { display: grid; grid-template-columns: repeat(auto-fit, minmax(13rem, 1fr)); gap: .9rem 1.5rem; margin: 0; }
dt { color: var(--quiet); font-size: .78rem; letter-spacing: .02em; }
dd { margin: 0; overflow-wrap: anywhere; }
code { font: .86em ui-monospace, SFMono-Regular, Menlo, Consolas, monospace; overflow-wrap: anywhere; }
a { color: var(--link); text-underline-offset: .15em; }
.wide { overflow-x: auto; }
table { width: 100%; border-collapse: collapse; font-size: .92rem; }
th { text-align: left; color: var(--quiet); font-weight: 500; font-size: .78rem; letter-spacing: .02em; }
th, td { padding: .45rem .9rem .45rem 0; border-bottom: 1px solid var(--line); vertical-align: top; }
th:last-child, td:last-child { padding-right: 0; }
tbody tr:last-child td { border-bottom: 0; padding-bottom: 0; }
.number { text-align: right; font-variant-numeric: tabular-nums; white-space: nowrap; }
.pill {
  display: inline-block; padding: .08rem .55rem; border-radius: 99px; font-size: .8rem;
  font-weight: 600; white-space: nowrap; background: var(--soft); color: var(--quiet);
}
.name { white-space: nowrap; font-weight: 600; }
.item { white-space: nowrap; }
.pill.good { background: var(--good-soft); color: var(--good); }
.pill.bad { background: var(--bad-soft); color: var(--bad); }
.pill.doubt { background: var(--doubt-soft); color: var(--doubt); }
svg { display: block; width: 100%; min-width: 40rem; height: auto; }
svg text { fill: var(--ink); font: 12px system-ui, -apple-system, "Segoe UI", Roboto, sans-serif; }
svg .axis, svg .length { fill: var(--quiet); font-variant-numeric: tabular-nums; }
svg .grid { stroke: var(--line); }
svg .bar { fill: var(--other); }
svg .bar.service { fill: var(--service); }
svg .bar.web { fill: var(--web); }
.legend { display: flex; gap: 1.2rem; margin: .6rem 0 0; font-size: .82rem; color: var(--quiet); }
.legend i { display: inline-block; width: .7rem; height: .7rem; border-radius: 3px; margin-right: .4rem; background: var(--other); }
.legend .service i { background: var(--service); }
.legend .web i { background: var(--web); }
footer { margin-top: 1.5rem; color: var(--quiet); font-size: .82rem; overflow-wrap: anywhere; }
@media print {
  :root {
    --paper: #fff; --card: #fff; --ink: #000; --quiet: #444; --line: #bbb; --soft: #eee;
    --link: #000; --service: #2f6fd0; --web: #8a55c8; --other: #7f8fa3;
    --good: #17693a; --good-soft: #dcf3e4; --bad: #a1211b; --bad-soft: #fde3e1;
    --doubt: #7f5200; --doubt-soft: #fdf0d2;
  }
  body { font-size: 10.5pt; print-color-adjust: exact; -webkit-print-color-adjust: exact; }
  main { padding: 0; max-width: none; }
  section { break-inside: avoid; border-radius: 0; border-width: 1px 0 0; padding: .8rem 0; margin: .4rem 0; }
  .wide { overflow: visible; }
}
"""
