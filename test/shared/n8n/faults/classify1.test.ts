import { testClassification } from '../../../support/faults/classify';
import { faultKinds } from '../../../support/faults/kinds';

testClassification(
	faultKinds.filter((_, index) => index % 3 === 0),
	true,
);
