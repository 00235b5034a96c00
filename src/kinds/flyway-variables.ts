/**
 * Flyway speaks JDBC, which reads neither DATABASE_URL nor libpq's variables. These go before its configuration files. `lockTimeoutMs` is
 * written into the address, since JDBC does not read PGOPTIONS. Empty for what is no address.
 */
export function flywayVariables(url: string, lockTimeoutMs: number): Readonly<Record<string, string>> {
  if (!URL.canParse(url)) return {};
  const { hostname, port, username, password, pathname, searchParams } = new URL(url);
  const mode = searchParams.get('sslmode');
  const rest = new URLSearchParams({
    options: `-c lock_timeout=${lockTimeoutMs}`,
    ...(mode !== null && { sslmode: mode }),
  });
  // JDBC reads %20, and takes a plus for a plus.
  const query = rest.toString().replaceAll('+', '%20');
  return {
    FLYWAY_URL: `jdbc:postgresql://${hostname}:${port === '' ? '5432' : port}${pathname}?${query}`,
    FLYWAY_USER: decodeURIComponent(username),
    FLYWAY_PASSWORD: decodeURIComponent(password),
  };
}
