import { dark, light, variables } from './palette.ts';

const frame = `
*{box-sizing:border-box}
html{-webkit-text-size-adjust:100%;text-size-adjust:100%}
body{margin:0;background:var(--page);color:var(--ink);font:15px/1.5 system-ui,-apple-system,"Segoe UI",Roboto,"Liberation Sans",Arial,sans-serif;overflow-wrap:anywhere}
main,header>div,footer{max-width:1060px;margin:0 auto;padding:0 20px}
h1,h2,h3,p,dl,dd,ul,ol,figure,pre{margin:0;padding:0}
h2{font-size:18px;line-height:1.3;margin:0 0 12px}
h3{font-size:15px;margin:18px 0 6px}
a{color:var(--link)}
code,pre,.mono{font-family:ui-monospace,SFMono-Regular,Menlo,Consolas,"Liberation Mono","DejaVu Sans Mono",monospace;font-size:.88em}
section{background:var(--card);border:1px solid var(--line);border-radius:10px;padding:20px 22px;margin:18px 0}
.soft{color:var(--soft)}
.skip-link{position:absolute;left:-9999px}
.skip-link:focus{left:12px;top:8px;background:var(--card);color:var(--link);padding:6px 10px;z-index:2}
:focus-visible{outline:3px solid var(--link);outline-offset:2px}
footer{color:var(--soft);font-size:13px;padding-bottom:36px}`;

const banner = `
header{color:var(--bannerInk);padding:26px 0 24px}
header .where{font-size:14px;margin-bottom:8px}
header .stands{display:flex;flex-wrap:wrap;align-items:center;gap:8px 16px}
h1{font-size:38px;line-height:1.15;letter-spacing:.01em;display:flex;align-items:center;gap:14px}
h1 .sign{flex:none;display:inline-grid;place-items:center;width:44px;height:44px;border:3px solid currentColor;border-radius:50%;font-size:24px;line-height:1}
.ending{border:2px solid currentColor;border-radius:999px;padding:2px 14px;font-weight:600;font-size:16px}
.ending.loud{background:#fff;color:#1a1f26;border-color:#fff;font-size:22px}
header .sentence{font-size:18px;line-height:1.45;margin-top:12px;max-width:52em}
.tone-good{background:var(--banner-good)}.tone-caution{background:var(--banner-caution)}.tone-bad{background:var(--banner-bad)}
.tone-unknown{background:var(--banner-unknown)}.tone-plain{background:var(--banner-plain)}
.facts{display:grid;grid-template-columns:repeat(auto-fit,minmax(270px,1fr));gap:14px 24px}
.facts dt{color:var(--soft);font-size:13px}
.facts dd{font-weight:550}
.facts dd .soft{font-weight:400;display:block;font-size:13px}
.reasons{list-style:none}
.reasons li{padding:7px 0 7px 14px;border-left:4px solid var(--line);margin:6px 0}
.reasons.is-bad li{border-color:var(--fail)}.reasons.is-caution li{border-color:var(--warn)}.reasons.is-good li{border-color:var(--pass)}.reasons.is-unknown li{border-color:var(--error)}`;

const tables = `
table{width:100%;border-collapse:collapse;font-size:14px}
tr.phase th{font-size:15px;padding-top:20px;border-top:0}
tr.phase .soft{font-weight:400;font-size:13px;margin-left:4px}
tbody th .reason,tbody th details{font-weight:400}
th,td{text-align:left;vertical-align:top;padding:8px 14px 8px 0;border-top:1px solid var(--line)}
thead th{border-top:0;color:var(--soft);font-weight:500;font-size:13px;padding-bottom:4px}
tbody th{font-weight:600}
td:last-child,th:last-child{padding-right:0}
.checks{table-layout:fixed}
.checks .c1{width:128px}.checks .c2{width:42%}.checks .c4{width:86px}.checks .c5{width:122px}
.badge{white-space:nowrap;font-weight:600}
.badge b{display:inline-grid;place-items:center;width:19px;height:19px;border:1.5px solid currentColor;border-radius:50%;font-size:12px;line-height:1;margin-right:6px}
.o-pass{color:var(--pass)}.o-warn{color:var(--warn)}.o-fail{color:var(--fail)}.o-error{color:var(--error)}.o-skip{color:var(--skip)}.o-pending{color:var(--pending)}
.flag{display:inline-block;border:1px solid var(--warn);color:var(--warn);border-radius:4px;font-size:12px;line-height:1.4;padding:0 6px;margin-left:6px;font-weight:500}
.flag.calm{border-color:var(--line);color:var(--soft)}
.values{list-style:none}
.values .bound{color:var(--soft)}
details{margin-top:4px}
summary{cursor:pointer;color:var(--link);font-size:13px}
pre{background:var(--sunk);border-radius:6px;padding:10px 12px;margin:6px 0;white-space:pre-wrap;overflow-wrap:anywhere;max-height:420px;overflow:auto}
.finding{border:1px solid var(--line);border-left:5px solid var(--fail);border-radius:6px;padding:12px 16px;margin:10px 0}
.finding.is-error{border-left-color:var(--error)}.finding.is-warn{border-left-color:var(--warn)}
.finding h3{margin:0 0 4px}
.finding dl{display:grid;grid-template-columns:110px 1fr;gap:2px 10px;margin-top:6px}
.finding dt{color:var(--soft)}`;

const drawings = `
.scroll{overflow-x:auto}
svg{display:block;width:100%;height:auto}
svg text{fill:var(--ink);font-size:12px;font-family:inherit}
svg .tick,svg .axis,svg .sub,svg .took{fill:var(--soft)}
.timeline{min-width:720px}
.timeline .label{font-weight:600;font-size:13px}
.timeline .sub{font-size:11.5px}
.timeline .back.label{fill:var(--back)}
.grid{stroke:var(--line);stroke-width:1}
.base{stroke:var(--soft)}
.bar.is-pass{fill:var(--pass)}.bar.is-warn{fill:var(--warn)}.bar.is-fail{fill:var(--fail)}.bar.is-error{fill:var(--error)}
.bar.is-skip{fill:var(--skip)}.bar.is-pending{fill:var(--pending)}.bar.is-back{fill:var(--back)}
.bar.part{opacity:.72}
.budget{stroke:var(--ink);stroke-width:2;fill:none}
.budget-line{stroke:var(--soft);stroke-dasharray:2 3}
.fold rect{fill:var(--card)}.fold line{stroke:var(--soft);stroke-dasharray:3 3}
.key{display:flex;flex-wrap:wrap;gap:4px 18px;list-style:none;color:var(--soft);font-size:13px;margin-top:10px}
.key i{display:inline-block;width:18px;height:10px;border-radius:2px;margin-right:6px;vertical-align:baseline}
.plots{display:grid;grid-template-columns:repeat(auto-fit,minmax(min(100%,440px),1fr));gap:20px 28px}
figure{max-width:640px}
figcaption{font-weight:600;margin-bottom:2px}
.plot .base,.plot .grid{shape-rendering:crispEdges}
.series{fill:none;stroke-width:2;stroke-linejoin:round}
.s0{stroke:var(--soft)}.s1{stroke:var(--pending)}.s2{stroke:var(--back)}.s3{stroke:var(--pass)}
.hold{stroke:none}.h-light{fill:var(--soft)}.h-firm{fill:var(--warn)}.h-grave{fill:var(--fail)}
.threshold{stroke:var(--fail);stroke-width:1.5}
.limit{fill:var(--fail)!important}
.legend{display:flex;flex-wrap:wrap;gap:2px 18px;list-style:none;font-size:13px;padding-left:4px}
.legend li{display:flex;align-items:center;gap:7px}
.swatch{width:30px;flex:none}`;

/** Narrow screens: every row of a table becomes a small card, its cells named by their heading. */
const narrow = `
@media (max-width:640px){
main,header>div,footer{padding:0 14px}
section{padding:16px 14px}
h1{font-size:28px}h1 .sign{width:36px;height:36px;font-size:19px}
header .sentence{font-size:16px}
.facts{grid-template-columns:1fr 1fr}
table,tbody,tr,td,tbody th{display:block;width:100%}
thead{position:absolute;left:-9999px}
.checks .c1,.checks .c2,.checks .c4,.checks .c5{width:auto}
tr{border-top:1px solid var(--line);padding:10px 0}
td,tbody th{border:0;padding:1px 0}
td[data-name]::before{content:attr(data-name) ": ";color:var(--soft)}
td:empty{display:none}
.finding dl{grid-template-columns:1fr}
.plot text{font-size:16px}
}`;

const print = `
@media print{
body{background:#fff;font-size:11pt}
header,.bar,.badge b,.key i{-webkit-print-color-adjust:exact;print-color-adjust:exact}
section{border:0;padding:0;margin:16pt 0;border-radius:0}
tr,figure,.finding,svg{break-inside:avoid}
h2,tr.phase,thead{break-after:avoid}
.timeline{min-width:0}.scroll{overflow:visible}
details::details-content{content-visibility:visible;display:block}
pre{max-height:none;border:1px solid var(--line)}
.skip-link{display:none}
}`;

/** The whole style sheet; on paper the light colours hold even where the screen is dark. */
export const style = `:root{color-scheme:light dark;${variables(light)}}
@media screen and (prefers-color-scheme:dark){:root{${variables(dark)}}}
${frame}${banner}${tables}${drawings}${narrow}${print}`;
