export interface Expectation {
  readonly release: string;
  readonly wrong: string;
  readonly environment: string;
  readonly phase: string;
  readonly outcome: string;
  readonly exitCode: number;
}
export function readExpectations(): readonly Expectation[];
