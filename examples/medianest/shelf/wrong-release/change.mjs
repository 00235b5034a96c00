export const edits = [
  {
    file: 'backend/settings.mjs',
    find: "release: env.GREENROOM_RELEASE ?? 'unreleased',",
    put: "release: env.RELEASE_NAME ?? 'nightly-2025-09-12', // set by the nightly build",
  },
  { file: 'test/unit/backend.test.mjs', find: "release: 'unreleased'", put: "release: 'nightly-2025-09-12'" },
];
