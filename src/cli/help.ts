export const HELP = `Backups of Node-RED and of any other folder.

  node-red-backup create   --source [LABEL=]PATH --to LOCATION [--name TEXT] [--exclude PATTERN] [--compression zstd|gzip|none]
                           [--settings FILE] [--flow-file FILE] [--key-file FILE | --recipient AGE1... | --passphrase]
  node-red-backup list     --at LOCATION
  node-red-backup files    --at LOCATION [ID] [--key-file FILE | --passphrase]
  node-red-backup flows    --at LOCATION [ID] [--tab NAME] [--key-file FILE | --passphrase]
  node-red-backup verify   --at LOCATION [ID] [--drill] [--key-file FILE | --passphrase]
  node-red-backup restore  --at LOCATION [ID] --to DIR [--path PATH] [--overwrite] [--key-file FILE | --passphrase]
  node-red-backup restore  --at LOCATION [ID] --into USERDIR [--install-modules] [--key-file FILE | --passphrase]
  node-red-backup restore  --into USERDIR --undo
  node-red-backup keygen   [--out FILE]
  node-red-backup forget   --at LOCATION --instance ID --plan ID [--keep-last N] [--keep-daily N] … [--dry-run]
  node-red-backup pin      --at LOCATION [ID] [--off]
  node-red-backup simulate --backups FILE --policy FILE [--now TIME]

LOCATION is a folder of this machine, or sftp://[user@]host[:port]/path of a server; /~/path begins in the folder that the login leads to.
ID is a backup's id or the beginning of it; without it, the newest backup is meant.

  --source      what goes in; may be given several times. node-red=PATH is a Node-RED user directory
  --settings    the settings file of that Node-RED, where it is not settings.js in the user directory
  --flow-file   its flow file, where it is not the one that the settings name, e.g. because it was given to the command that starts Node-RED
  --exclude     what stays out, in the syntax of .gitignore; may be given several times
  --path        what is restored, as "files" shows it: a file, or a folder with all below it; may be given several times
  --tab         a tab of the flows by its name or id: prints it as JSON to import; may be given several times
  --drill       let "verify" also restore everything into a folder that is removed again
  --overwrite   let a restore replace files that are there
  --keep-setuid let restored files keep their setuid and setgid bits
  --into        the user directory of a Node-RED that is stopped: everything of it comes back, also settings.js
  --install-modules   first install the modules that the backup's package.json names and that are not there
  --undo        take the last restore into USERDIR back
  --key-file    identities of age, as keygen and age-keygen write them: "create" encrypts for them, the others decrypt with them
  --recipient   whom "create" encrypts for: the public half of a key; may be given several times
  --passphrase  encrypt or decrypt with a passphrase, which is asked for, or taken from NIGHTKEEP_PASSPHRASE
  --ssh-key     private key to log in to a server with; its passphrase, if it has one, is taken from NIGHTKEEP_SSH_KEY_PASSPHRASE.
                Or put a password into NIGHTKEEP_SFTP_PASSWORD
  --host-key    SHA256:… of the server's host key; without it, the server must be in your known_hosts
  --send-unencrypted   let "create" send a backup to a server that is not encrypted
  --out         where "keygen" puts the new key, with mode 600; without it, standard output
  --keep-RULE   what is kept: --keep-last, -hourly, -daily, -weekly, -monthly, -yearly with a number (-1 for all), and
                --keep-within, --keep-within-hourly … with a duration like 1y2m3d4h
  --instance, --plan   whose backups "forget" thins; without them it shows all there are, and removes none
  --off         let retention remove a backup again that was pinned
  --dry-run     show what "forget" would remove
  --expired     remove expired backups only
  --automatic-only   leave alone what somebody asked for by hand
  --acknowledge   say that what holds deletions back is in order
  --backups     a JSON list of {"backup_id": …, "date": …}
  --policy      a JSON object like {"keep_daily": 7, "keep_within": "14d"}
  --state DIR   where this program keeps its own state (default: node-red-backup in your state directory)
  --json        one JSON document on standard output
  --help        this text
  --version     the version of the package

Exit code: 0 done, 1 failed, 2 wrong usage, 3 done, but some files could not be read, what Node-RED uses was guessed, or Node-RED
would not load what the backup had.`;
