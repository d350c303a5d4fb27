#include "wire/tell.h"

void tell_err(struct buf *b, const struct err *e)
{
	buf_addf(b, "err %s", err_kind_name(e->kind));
	if (e->wait_ms)
		buf_addf(b, " wait=%u", e->wait_ms);
	buf_addf(b, " %s\n", e->text);
}

void tell_item(struct buf *b, const struct item *item)
{
	static const char *const state[] = {"live", "gone", "merged"};

	buf_addf(b, "%s %s", item->err.kind ? "unusable" : state[item->state], item->key);
	if (item->version)
		buf_addf(b, " version=%s", item->version);
	if (item->hub_id)
		buf_addf(b, " hub_id=%s", item->hub_id);
	if (item->merged_into)
		buf_addf(b, " into=%s", item->merged_into);
	if (item->modified_ms)
		buf_addf(b, " modified=%lld", (long long)item->modified_ms);
	if (item->err.kind)
		buf_addf(b, " field=%s", item->err.field);
	if (item->record) {
		buf_addc(b, ' ');
		record_print(b, item->record);
	}
	buf_addc(b, '\n');
}

void tell_push(struct buf *b, const struct push *push, const char *mark)
{
	buf_adds(b, mark);
	if (push->op.err.kind) {
		tell_err(b, &push->op.err);
		buf_addf(b, "%s%s\n", mark, push->sent ? "sent" : "not sent");
		return;
	}
	buf_adds(b, "done");
	if (push->out_key)
		buf_addf(b, " key=%s", push->out_key);
	if (push->out_version)
		buf_addf(b, " version=%s", push->out_version);
	buf_addc(b, '\n');
	if (push->answer) {
		buf_adds(b, mark);
		tell_item(b, push->answer);
	}
}
