using System.Collections.Immutable;
using Microsoft.AspNetCore.Components;
using MudBlazor;
using Pioneer.Domain;
using Pioneer.Domain.Ingestion;
using Pioneer.Portal.SignIn;

namespace Pioneer.Portal.Features.Ingestion;

/// <summary>Defines or changes a feed: source, table, and the roles of its columns, guessed from the source's catalogue and held against the table.</summary>
public sealed partial class FeedDialog
{
    private IReadOnlyList<SourceLine> _sources = [];
    private ImmutableArray<SourceTable>? _tables;
    private FeedForm? _form;
    private FeedCheck? _check;
    private SourcePreview? _preview;
    private Error? _error;
    private string _source = "";
    private bool _busy;

    [CascadingParameter]
    public required IMudDialogInstance Instance { get; set; }

    /// <summary>The feed that is changed; null defines one.</summary>
    [Parameter]
    public FeedRow? Existing { get; set; }

    [Inject]
    public required IngestionViews Views { get; set; }

    [Inject]
    public required ManageSources Sources { get; set; }

    [Inject]
    public required ManageFeeds Feeds { get; set; }

    [Inject]
    public required CurrentActor Me { get; set; }

    private IEnumerable<FeedFormColumn> Chosen => _form!.Columns.Where(column => column.Included);

    /// <summary>What may stand at a place of the key: not the tenant column, which is the same in all rows of a topic, and nothing twice.</summary>
    private IEnumerable<FeedFormColumn> Keyable(int place) => Chosen.Where(column =>
        column.Name == _form!.KeyAt(place) || (column.Name != _form.Tenant && !_form.Keys.Contains(column.Name)));

    protected override async Task OnInitializedAsync()
    {
        if (Existing is not { } feed)
        {
            _sources = await Views.SourcesAsync(default);
            return;
        }

        // the table adds columns to choose from; a source that is away keeps nobody from changing a figure
        _form = FeedForm.Of(feed, null);
        var tables = await Sources.ListTablesAsync(Me.Actor, feed.Source, default);
        _form = FeedForm.Of(feed, tables.IsSuccess ? tables.Value.FirstOrDefault(table => table.Name == feed.Table) : null);
        _error = tables.Error;
    }

    private async Task PickSourceAsync(ChangeEventArgs e)
    {
        _source = e.Value?.ToString() ?? "";
        (_tables, _form, _check, _preview, _error) = (null, null, null, null, null);
        if (_source.Length > 0)
        {
            var tables = await Sources.ListTablesAsync(Me.Actor, _source, default);
            (_tables, _error) = (tables.IsSuccess ? tables.Value : null, tables.Error);
        }
    }

    private void PickTable(ChangeEventArgs e)
    {
        var table = _tables?.FirstOrDefault(known => known.Name == e.Value?.ToString());
        (_form, _check, _preview, _error) = (table is null ? null : FeedForm.New(_source, table), null, null, null);
    }

    private Task CheckAsync() => DoAsync(async form =>
    {
        var check = await Sources.CheckAsync(Me.Actor, form.ToRequest(), default);
        _check = check.IsSuccess ? check.Value : null;
        return check.Error;
    });

    private Task PreviewAsync() => DoAsync(async form =>
    {
        var preview = await Sources.PreviewAsync(Me.Actor, form.ToRequest(), default);
        _preview = preview.IsSuccess ? preview.Value : null;
        return preview.Error;
    });

    /// <summary>Rows that reach no tenant: by the values where those are all known, else at least those that are empty.</summary>
    private static long? OfNobody(FeedCheck check) =>
        check.Values.IsEmpty || check.HasMoreValues ? check.RowsOfNobody : check.OfNobody.Sum(value => value.Rows);

    private Task SaveAsync() => DoAsync(async form =>
    {
        var failed = Existing is { } feed
            ? (await Feeds.UpdateAsync(Me.Actor, form.ToRequest(), feed.Revision, default)).Error
            : (await Feeds.DefineAsync(Me.Actor, form.ToRequest(), default)).Error;
        if (failed is null)
        {
            Instance.Close(DialogResult.Ok(form.Name));
        }

        return failed;
    });

    private async Task DoAsync(Func<FeedForm, Task<Error?>> work)
    {
        if (_busy || _form is not { } form)
        {
            return;
        }

        (_busy, _error, _check, _preview) = (true, null, null, null);
        _error = await work(form);
        _busy = false;
    }
}
