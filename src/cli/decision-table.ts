import type { Decision } from '../index.ts';
import { renderTable, type Column } from './table.ts';

const COLUMNS: readonly Column[] = [
  { title: 'ID', align: 'left' },
  { title: 'KEEP', align: 'left' },
  { title: 'REASONS', align: 'left' },
];

export function decisionTable(decisions: readonly Decision[]): string {
  return renderTable(
    COLUMNS,
    decisions.map(({ backup_id, keep, reasons }) => [backup_id, keep ? 'yes' : 'no', reasons.join(', ')]),
  );
}
