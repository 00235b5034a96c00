import type { Account } from '../domain/account.ts';
import { lookPromise } from '../domain/bake-words.ts';
import { badge } from './html-checks.ts';
import { html, type Html } from './html-template.ts';
import { newestLook } from './looks.ts';

/** What the looks of the bake saw; their plots stand among the measurements. */
export function lookSection(account: Account): Html | null {
  const look = newestLook(account);
  if (look === null) return null;
  return html`<section aria-labelledby="looks">
    <h2 id="looks">Looks of the bake</h2>
    <p>${look.reason}</p>
    <p class="soft">Of all looks together: ${lookPromise}.</p>
    <table>
      <thead>
        <tr>
          <th scope="col">What</th>
          <th scope="col">Says</th>
          <th scope="col">Seen in all looks</th>
          <th scope="col">Allowed</th>
        </tr>
      </thead>
      <tbody>
        ${look.findings.map(
          (each) =>
            html`<tr>
              <th scope="row">${each.name}</th>
              <td data-name="Says">${badge(each.outcome)}</td>
              <td data-name="Seen in all looks">${each.value}</td>
              <td data-name="Allowed">${each.threshold}</td>
            </tr>`,
        )}
      </tbody>
    </table>
  </section>`;
}
