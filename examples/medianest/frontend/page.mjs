// The page as text. Everything that came from the database passes `escape` on its way in.
const style = `
  :root { color-scheme: light dark; --ground: #f6f5f2; --card: #fff; --ink: #1d1c1a; --soft: #5f5c55; --line: #dedbd3; --accent: #9a3412; }
  @media (prefers-color-scheme: dark) {
    :root { --ground: #161513; --card: #211f1c; --ink: #f1eee8; --soft: #aaa59a; --line: #38352f; --accent: #fdba74; }
  }
  * { box-sizing: border-box; }
  body { margin: 0; background: var(--ground); color: var(--ink); font: 16px/1.5 system-ui, sans-serif; }
  header, main, footer { max-width: 68rem; margin: 0 auto; padding: 1.25rem; }
  header { display: flex; flex-wrap: wrap; align-items: baseline; gap: 0.25rem 1rem; padding-top: 2.5rem; }
  h1 { margin: 0; font-size: 1.9rem; letter-spacing: -0.02em; }
  header p, footer { color: var(--soft); margin: 0; }
  ul { list-style: none; margin: 0; padding: 0; display: grid; gap: 0.9rem; grid-template-columns: repeat(auto-fill, minmax(13rem, 1fr)); }
  li { background: var(--card); border: 1px solid var(--line); border-radius: 0.7rem; padding: 1rem; }
  li strong { display: block; line-height: 1.3; overflow-wrap: anywhere; }
  li span { color: var(--soft); font-size: 0.9rem; }
  .kind { color: var(--accent); text-transform: uppercase; letter-spacing: 0.06em; font-size: 0.75rem; font-weight: 600; }
  .trouble { background: var(--card); border: 1px solid var(--line); border-left: 4px solid var(--accent); border-radius: 0.7rem; padding: 1.25rem; }
  code { font: 0.85rem ui-monospace, monospace; }`;

export function libraryPage({ items, page }, release) {
  const cards = items.map(card).join('\n');
  const body = items.length === 0 ? '<p>The shelf is empty.</p>' : `<ul>\n${cards}\n</ul>`;
  return frame(
    `${page.total} ${page.total === 1 ? 'item' : 'items'}, the first ${items.length} by title`,
    body,
    release,
  );
}

export function troublePage(release) {
  const body = `<div class="trouble" role="alert"><strong>The library cannot be read right now.</strong>
<p>The page works, the service behind it does not answer. Please try again in a moment.</p></div>`;
  return frame('Out of reach', body, release);
}

export function escape(text) {
  const entities = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' };
  return String(text).replaceAll(/[&<>"']/g, (sign) => entities[sign]);
}

function card({ title, kind, year }) {
  return `<li><span class="kind">${escape(kind)}</span><strong>${escape(title)}</strong><span>${escape(year ?? 'year unknown')}</span></li>`;
}

function frame(summary, body, release) {
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>MediaNest</title>
<link rel="icon" href="data:,">
<style>${style}
</style>
</head>
<body>
<header><h1>MediaNest</h1><p>${escape(summary)}</p></header>
<main>
${body}
</main>
<footer>Release <code>${escape(release)}</code></footer>
</body>
</html>
`;
}
