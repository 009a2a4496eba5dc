import * as library from '../src';

test('the package exports exactly the documented classes and enums', () => {
  expect(Object.entries(library).map(([name, value]) => [name, typeof value]).sort()).toEqual([
    ['AgentEventsTable', 'function'],
    ['ChatAnalysisSegmentsTable', 'function'],
    ['ConnectDataStreaming', 'function'],
    ['ConnectInstance', 'function'],
    ['ContactRecordsTable', 'function'],
    ['DataStreamingAudit', 'function'],
    ['DataStreamingMonitoring', 'function'],
    ['DataStreamingValidation', 'function'],
    ['DeliveryStreamDestination', 'function'],
    ['KeyAccess', 'object'],
    ['KinesisStreamDestination', 'function'],
    ['StreamingDestination', 'function'],
    ['VoiceAnalysisSegmentsTable', 'function'],
  ]);
});
