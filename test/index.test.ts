import * as library from '../src';

test('the public surface is what the documentation names', () => {
  expect(Object.entries(library).map(([name, value]) => [name, typeof value]).sort()).toEqual([
    ['ConnectDataStreaming', 'function'],
    ['ConnectInstance', 'function'],
    ['ContactRecordsTable', 'function'],
    ['DataStreamingMonitoring', 'function'],
    ['DeliveryStreamDestination', 'function'],
    ['KeyAccess', 'object'],
    ['KinesisStreamDestination', 'function'],
    ['StreamingDestination', 'function'],
  ]);
});
