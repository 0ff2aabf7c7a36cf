using System.Collections.Immutable;
using Microsoft.AspNetCore.Components;
using MudBlazor;
using Pioneer.Domain;
using Pioneer.Domain.Ingestion;
using Pioneer.Portal.SignIn;

namespace Pioneer.Portal.Features.Ingestion;

/// <summary>Defines a feed: source, table, and the roles of its columns, guessed from the source's catalogue.</summary>
public sealed partial class FeedDialog
{
    private IReadOnlyList<SourceLine> _sources = [];
    private ImmutableArray<SourceTable>? _tables;
    private FeedRequest? _request;
    private Error? _error;
    private string _source = "";
    private bool _busy;

    [CascadingParameter]
    public required IMudDialogInstance Instance { get; set; }

    [Inject]
    public required IngestionViews Views { get; set; }

    [Inject]
    public required ManageSources Sources { get; set; }

    [Inject]
    public required ManageFeeds Feeds { get; set; }

    [Inject]
    public required CurrentActor Me { get; set; }

    protected override async Task OnInitializedAsync() => _sources = await Views.SourcesAsync(default);

    private async Task PickSourceAsync(ChangeEventArgs e)
    {
        _source = e.Value?.ToString() ?? "";
        (_tables, _request, _error) = (null, null, null);
        if (_source.Length > 0)
        {
            var tables = await Sources.ListTablesAsync(Me.Actor, _source, default);
            (_tables, _error) = (tables.IsSuccess ? tables.Value : null, tables.Error);
        }
    }

    private void PickTable(ChangeEventArgs e)
    {
        var name = e.Value?.ToString();
        var table = _tables?.FirstOrDefault(t => t.Name == name);
        (_request, _error) = (null, null);
        if (table is not null)
        {
            var suggested = ManageFeeds.Suggest(_source, table, FeedKind.Event, null);
            (_request, _error) = (suggested.IsSuccess ? suggested.Value : null, suggested.Error);
        }
    }

    private async Task SaveAsync()
    {
        if (_busy || _request is not { } request)
        {
            return;
        }

        _busy = true;
        var defined = await Feeds.DefineAsync(Me.Actor, request, default);
        (_busy, _error) = (false, defined.Error);
        if (defined.IsSuccess)
        {
            Instance.Close(DialogResult.Ok(request.Name));
        }
    }

    private static string? Blank(object? value) => value?.ToString() is { Length: > 0 } text ? text : null;
}
