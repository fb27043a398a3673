/** After the moment at which the fixture's user stopped Node-RED: nothing was missed meanwhile. */
export const STARTED_AGAIN = '2026-08-11T13:00:00Z';
/** Just before the node `whole` works by itself. */
export const BEFORE_NIGHT = '2026-08-12T02:59:58Z';
/** A start after that, before anything else is due. */
export const GONE_BACK = '2026-08-12T04:30:00Z';
