/** How people name a deployment: `staging/3`. */
export const nameOf = ({
  environment,
  number,
}: {
  readonly environment: string;
  readonly number: number | string;
}): string => `${environment}/${number}`;
