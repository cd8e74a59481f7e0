import { testClassification } from '../../../support/faults/classify';
import { faultKinds } from '../../../support/faults/kinds';

testClassification(faultKinds.slice(6, 22), false);
