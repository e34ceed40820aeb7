-- Whether a contact was marked inactive on a past day is found from the changes.
create policy contacts on crm.changes for select to crema_reader using (
  tenant_id = (select ops.current_tenant()) and entity = 'contact' and (select ops.viewer_sees_company())
);
