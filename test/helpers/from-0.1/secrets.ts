/** What opens the encrypted backups of the fixture, beside its `key.txt`. Nobody else's backups are made with it. */
export const PASSPHRASE = 'beans, leeks and marrows';
