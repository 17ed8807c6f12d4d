import { createRequire } from 'node:module'
import { figure, type Table } from './report.js'

/** The part of echarts that is used here. */
interface ECharts {
  init(
    dom: null,
    theme: null,
    options: { renderer: 'svg'; ssr: true; width: number; height: number }
  ): { setOption(option: object): void; renderToSVGString(): string; dispose(): void }
}

const OURS = '#0f766e'
const OTHERS = '#94a3b8'
// Readable on a light and on a dark page.
const TEXT = '#64748b'

/** Draws a column of a table as horizontal bars, as an SVG document. */
export async function chart(table: Table, column: number): Promise<string> {
  const echarts = createRequire(new URL('peers/', import.meta.url))('echarts') as ECharts
  const rows = table.rows.filter((row) => typeof row.cells[column] === 'number').reverse()
  const drawing = echarts.init(null, null, {
    renderer: 'svg',
    ssr: true,
    width: 720,
    height: 60 + rows.length * 28,
  })
  drawing.setOption({
    animation: false,
    title: {
      text: `${table.title}: ${table.columns[column]}`,
      textStyle: { color: TEXT, fontSize: 14, fontWeight: 'normal' },
    },
    grid: { left: 8, right: 64, top: 36, bottom: 8, containLabel: true },
    xAxis: { type: 'value', axisLabel: { show: false }, splitLine: { show: false } },
    yAxis: {
      type: 'category',
      data: rows.map((row) => row.name),
      axisLine: { show: false },
      axisTick: { show: false },
      axisLabel: { color: TEXT },
    },
    series: [
      {
        type: 'bar',
        barWidth: 18,
        data: rows.map((row) => ({
          value: row.cells[column],
          itemStyle: { color: /fasthttp|adapt/.test(row.name) ? OURS : OTHERS, borderRadius: 2 },
        })),
        label: {
          show: true,
          position: 'right',
          color: TEXT,
          formatter: ({ value }: { value: number }) => figure(value),
        },
      },
    ],
  })
  const svg = drawing.renderToSVGString()
  drawing.dispose()
  return svg
}
