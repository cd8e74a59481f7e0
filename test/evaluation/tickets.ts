/** Written for this project: what customers write, and the label that a person gives it. */
export const LABELS =
	'billing: invoices, refunds and charges; delivery: parcels and shipping; login: passwords and accounts; praise: thanks';

export const TICKETS: ReadonlyArray<readonly [text: string, label: string]> = [
	['I was charged twice for March, please send a refund.', 'billing'],
	['The invoice has the wrong address on it.', 'billing'],
	['Why do you bill charges for a month that I did not use?', 'billing'],
	['My refund has not come in two weeks.', 'billing'],
	['Two invoices for one order, which of them do I pay?', 'billing'],
	['My parcel says delivered, but nothing is here.', 'delivery'],
	['When will the shipping of order 2041 begin?', 'delivery'],
	['The parcel came open and half of it was gone.', 'delivery'],
	['Can the delivery wait until I am back from my holidays?', 'delivery'],
	['Shipping to Norway: how long does it take?', 'delivery'],
	['My password is not taken any more since this morning.', 'login'],
	['The login page turns white after I enter my name.', 'login'],
	['Please close my account and delete what you know of me.', 'login'],
	['I get no mail to set a new password.', 'login'],
	['Two accounts have the same address, I cannot log in.', 'login'],
	['Thanks to Anna, who solved it in five minutes!', 'praise'],
	['Just thanks. It works better than anything before.', 'praise'],
	['Great service, many thanks from all of us.', 'praise'],
	// what a person would not be sure of
	['I cannot log in to see my invoice.', 'login'],
	['Thanks for nothing: the parcel is still not here.', 'delivery'],
];
