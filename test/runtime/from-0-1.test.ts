import { goThereAndBack } from '../helpers/from-0.1/suite.ts';

goThereAndBack('Node-RED 5');
