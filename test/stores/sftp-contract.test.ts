import { sftpSuite } from '../contract/sftp-suite.ts';
import { eachOddServer } from '../helpers/odd-ssh-server/each-odd-server.ts';

eachOddServer('some', sftpSuite);
