import type { Duration } from 'aws-cdk-lib';
import { Metric, Stats } from 'aws-cdk-lib/aws-cloudwatch';

/**
 * The metrics of the contacts that start in an instance. Amazon Connect publishes no such metric for tasks and email contacts.
 *
 * @see https://docs.aws.amazon.com/connect/latest/adminguide/monitoring-cloudwatch.html
 */
export class ContactMetrics {
  constructor(private readonly instanceId: string) {}

  /** The voice calls, inbound and outbound. */
  public calls(period: Duration): Metric {
    return this.metric('CallsPerInterval', 'VoiceCalls', period);
  }

  /** The chats. */
  public chats(period: Duration): Metric {
    return this.metric('SuccessfulChatsPerInterval', 'Chats', period);
  }

  private metric(metricName: string, metricGroup: string, period: Duration): Metric {
    return new Metric({
      namespace: 'AWS/Connect',
      metricName,
      dimensionsMap: { InstanceId: this.instanceId, MetricGroup: metricGroup },
      statistic: Stats.SUM,
      period,
    });
  }
}
