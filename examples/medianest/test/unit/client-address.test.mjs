import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { clientAddress } from '../../backend/client-address.mjs';

describe('the address of a client', () => {
  it('is the peer of the socket without a proxy', () => assert.equal(clientAddress({}, '10.0.0.7'), '10.0.0.7'));
  it('is what our own proxy wrote last', () => {
    assert.equal(clientAddress({ 'x-forwarded-for': '1.2.3.4, 5.6.7.8' }, '127.0.0.1'), '5.6.7.8');
  });
});
