using System.Globalization;
using Microsoft.AspNetCore.Components;
using Microsoft.JSInterop;
using Pioneer.Domain;
using Pioneer.Jobs.Topics;
using Pioneer.Portal.Components;
using Pioneer.Portal.Shell;
using Pioneer.Portal.SignIn;

namespace Pioneer.Portal.Features.Topics;

/// <summary>
/// Records of a topic, read once for each address; who reads them stands in the audit log. A reading ends with the page, by its budget or by the person, and says what
/// it has looked at.
/// </summary>
public sealed partial class RecordsPanel : IAsyncDisposable
{
    private const string Script = "./Features/Topics/RecordsPanel.razor.js";

    private RecordForm _form = new();
    private RecordRequest? _read;
    private RecordPage? _page;
    private Error? _error;
    private ReadingProgress _progress = new(0, 0);
    private CancellationTokenSource? _stop;
    private bool _reading;

    [Parameter, EditorRequired]
    public required string Slug { get; set; }

    [Parameter, EditorRequired]
    public required string Topic { get; set; }

    /// <summary>How many partitions there are.</summary>
    [Parameter, EditorRequired]
    public required int Partitions { get; set; }

    [Parameter, EditorRequired]
    public required RecordRequest Request { get; set; }

    [Inject]
    public required TopicRecords Records { get; set; }

    [Inject]
    public required CurrentActor Me { get; set; }

    [Inject]
    public required ViewerTime Viewer { get; set; }

    [Inject]
    public required NavigationManager Navigation { get; set; }

    [Inject]
    public required IJSRuntime Js { get; set; }

    public async ValueTask DisposeAsync() => await CancelAsync();

    protected override async Task OnParametersSetAsync()
    {
        if (Request == _read)
        {
            return;
        }

        await CancelAsync();
        (_read, _form) = (Request, RecordForm.Of(Request, Viewer));
        await ReadAsync(Request);
    }

    private async Task ReadAsync(RecordRequest request)
    {
        using var stop = new CancellationTokenSource();
        (_stop, _reading, _error, _progress) = (stop, true, null, new ReadingProgress(0, 0));
        StateHasChanged();
        try
        {
            var page = await Records.ReadAsync(Me.Actor, Slug, Topic, request, Tell, stop.Token);
            if (_stop == stop)
            {
                (_page, _error) = (page.IsSuccess ? page.Value : null, page.Error);
            }
        }
        catch (OperationCanceledException)
        {
            // ended before a record was read
        }
        finally
        {
            if (_stop == stop)
            {
                (_stop, _reading) = (null, false);
            }
        }
    }

    private void Tell(ReadingProgress progress) => _ = InvokeAsync(() =>
    {
        _progress = progress;
        StateHasChanged();
    });

    private Task CancelAsync() => _stop?.CancelAsync() ?? Task.CompletedTask;

    private void Read()
    {
        var request = _form.ToRequest(Viewer);
        if (request == Request)
        {
            // the same address again is a reading of what is there now
            _read = null;
        }

        Navigation.NavigateTo(UrlOf(request));
    }

    private string UrlOf(RecordRequest request) => PortalUrls.With(
        PortalUrls.Topic(Slug, Topic, "records"), ("partition", request.Partition), ("offset", request.Offset),
        ("from", request.From?.UtcDateTime.ToString("O", CultureInfo.InvariantCulture)), ("key", request.Key), ("cursor", request.Cursor));

    private async Task DownloadAsync()
    {
        await using var module = await Js.InvokeAsync<IJSObjectReference>("import", Script);
        await module.InvokeVoidAsync("save", $"{Topic}.jsonl", RecordLines.Of(_page!.Records));
    }
}
