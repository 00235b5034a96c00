// Posters come from the media server next door. This stand-in answers as it does in the field: a fixed time to find
// the shelf and a little more for every poster. Nothing here burns processor time, it only waits.
const findShelfMs = 6;
const perPosterMs = 0.3;

export async function addPosters(items) {
  await new Promise((resolve) => setTimeout(resolve, findShelfMs + items.length * perPosterMs));
  return items.map((item) => ({ ...item, poster: posterAddress(item) }));
}

export function posterAddress({ kind, title }) {
  const name = title
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, '-')
    .replaceAll(/^-+|-+$/g, '');
  return `/posters/${kind}/${name || 'untitled'}.webp`;
}
