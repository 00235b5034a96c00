import { FailureError, type Failure } from '../../domain/failure.ts';

/** Does `work`, and lets no secret out with what goes wrong in it. */
export async function hiding<T>(hide: (text: string) => string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof FailureError) throw new FailureError(...error.failures.map((one) => hidden(one, hide)));
    throw error;
  }
}

const hidden = (failure: Failure, hide: (text: string) => string): Failure => ({
  ...{ code: failure.code, message: hide(failure.message) },
  ...(failure.where !== undefined && { where: hide(failure.where) }),
  ...(failure.do !== undefined && { do: hide(failure.do) }),
});
