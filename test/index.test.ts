import * as library from '../src';

test('the public surface is what the documentation names', () => {
  expect(Object.entries(library).map(([name, value]) => [name, typeof value])).toEqual([
    ['ConnectDataStreaming', 'function'],
    ['ConnectInstance', 'function'],
    ['DeliveryStreamDestination', 'function'],
    ['KinesisStreamDestination', 'function'],
    ['StreamingDestination', 'function'],
  ]);
});
