import { expect, test } from 'vitest';
import { withoutOwnSecrets } from './own-secrets.ts';

test('a defect shows neither secrets by name nor passwords of addresses, and everything else', () => {
  const variables = {
    API_TOKEN: 'k4n4r1enV0gel',
    DATABASE_URL: 'postgresql://ada:b0mb3nf3st-1@db:5432/shop',
    HOME: '/home/ada',
    EMPTY_KEY: '',
  };
  const said = `no way to postgresql://ada:b0mb3nf3st-1@db:5432/shop with ${Buffer.from('k4n4r1enV0gel').toString('base64')} from /home/ada`;
  const shown = withoutOwnSecrets(said, variables);
  expect(shown).toBe('no way to postgresql://ada:***@db:5432/shop with *** from /home/ada');
});
