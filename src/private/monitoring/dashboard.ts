import { GraphWidget, type HorizontalAnnotation, type IMetric, type IWidget, TextWidget, TextWidgetBackground } from 'aws-cdk-lib/aws-cloudwatch';

/** The width of a dashboard, in grid units. */
export const DASHBOARD_WIDTH = 24;

/** Creates one of the four graphs in a row, with the thresholds of alarms as lines. */
export function graph(
  title: string, left: IMetric[], alarms: ReadonlyArray<{ readonly threshold: HorizontalAnnotation }>, highest?: number,
): IWidget {
  return new GraphWidget({
    title,
    left,
    leftAnnotations: alarms.map(({ threshold }) => threshold),
    leftYAxis: { min: 0, max: highest, showUnits: false },
    width: DASHBOARD_WIDTH / 4,
    height: 6,
  });
}

/** Creates the heading of a row. */
export function heading(markdown: string): IWidget {
  return new TextWidget({ markdown, width: DASHBOARD_WIDTH, height: 1, background: TextWidgetBackground.TRANSPARENT });
}
