/**
 * Names the boxes of one of Node-RED's tree lists, which it leaves without names, after what stands beside them.
 *
 * @param list - as jQuery found it
 */
export function nameBoxes(list: ArrayLike<Element>): void {
  for (const label of list[0]?.querySelectorAll('.red-ui-treeList-label') ?? []) {
    label.querySelector('input')?.setAttribute('aria-label', label.textContent.trim());
  }
}
