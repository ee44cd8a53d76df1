import { expect, test } from 'vitest';
import { service } from './platform.fixture.ts';
import { serviceHosts, urlOfService } from './service-hosts.ts';

const publicOne = service('shop', { clusterLocal: false, traffic: [{ percent: 100 }, { percent: 0, tag: 'next' }] });
const configMaps = new Map([['knative-serving/config-domain', { 'blog.example': '', _example: '' }]]);

test('public Services have hosts, for their tags too; others have none', () => {
  const [hosts, tagged, ...others] = serviceHosts({ services: [service('inner'), publicOne], configMaps });
  expect(others).toEqual([]);
  expect(hosts?.hosts).toEqual(['shop.test.localhost', 'shop.test.127.0.0.1.sslip.io', 'shop.test.blog.example']);
  expect(tagged?.hosts).toEqual([
    'next-shop.test.localhost',
    'next-shop.test.127.0.0.1.sslip.io',
    'next-shop.test.blog.example',
  ]);
  expect(hosts?.routes).toMatchObject([
    { match: [], action: { destinations: [{ service: 'shop', namespace: 'test' }] } },
  ]);
  expect(tagged?.routes).toMatchObject([{ action: { destinations: [{ service: 'next-shop', namespace: 'test' }] } }]);
});

test('a public Service has an address for a browser', () => {
  expect(urlOfService(publicOne, 8080)).toBe('http://shop.test.localhost:8080/');
  expect(urlOfService(publicOne, 8080, 'next')).toBe('http://next-shop.test.localhost:8080/');
  expect(urlOfService(service('inner'), 8080)).toBeUndefined();
});
