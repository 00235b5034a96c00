import fc from 'fast-check';

// A landing must not depend on the day's dice: in CI every property draws the same examples. Elsewhere they are new each time,
// and a counterexample found there becomes a test of its own.
if (process.env['CI']) fc.configureGlobal({ seed: 20_261_120 });
