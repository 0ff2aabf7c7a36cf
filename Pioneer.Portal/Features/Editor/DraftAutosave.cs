using System.Data.Common;
using System.Runtime.CompilerServices;
using Microsoft.EntityFrameworkCore;
using Pioneer.Domain;
using Pioneer.Domain.Subscriptions;
using Pioneer.Domain.Tenants;

namespace Pioneer.Portal.Features.Editor;

/// <summary>
/// Keeps what an author types as a draft: <see cref="SaveAfter"/> after the last key, and at once when the page is left. One save runs at a time,
/// so that one text never becomes two drafts. Belongs to one circuit and is called on its dispatcher.
/// </summary>
/// <param name="saved">Called after each try, when <see cref="Document"/>, <see cref="SavedAt"/> or <see cref="Problem"/> may be new.</param>
public sealed class DraftAutosave(ManageDrafts drafts, TimeProvider time, ILogger<DraftAutosave> log, Action saved) : IAsyncDisposable
{
    public static readonly TimeSpan SaveAfter = TimeSpan.FromSeconds(1);

    /// <summary>How long a database that did not answer is left alone.</summary>
    public static readonly TimeSpan RetryAfter = TimeSpan.FromSeconds(5);

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(15);

    private CancellationTokenSource _waiting = new();
    private Task _saves = Task.CompletedTask;
    private Actor? _actor;
    private string _slug = "";
    private string _sql = "";
    private bool _disposed;

    /// <summary>What is open, with the draft that it has become; null before <see cref="OpenAsync"/> and when the address named nothing.</summary>
    public EditorDocument? Document { get; private set; }

    public DateTimeOffset? SavedAt { get; private set; }

    /// <summary>Why the last try failed, and the way out; null when it did not.</summary>
    public string? Problem { get; private set; }

    /// <summary>True while something was typed that no draft has.</summary>
    public bool HasUnsaved { get; private set; }

    /// <summary>The draft that saving writes to; null before the first save, and for somebody else's draft, of which saving makes a copy.</summary>
    public QueryDraftId? Draft => Document is { DraftId: { } id, Mine: true } ? new QueryDraftId(id) : null;

    /// <summary>Saves what was open and goes on with another document.</summary>
    public async Task OpenAsync(Actor actor, string slug, EditorDocument? document)
    {
        await SaveNowAsync();
        (_actor, _slug, Document) = (actor, slug, document);
        (SavedAt, Problem, HasUnsaved) = (null, null, false);
    }

    /// <summary>Takes the text as it is now and saves it soon.</summary>
    public void Type(string sql)
    {
        (_sql, HasUnsaved) = (sql, true);
        StopWaiting();
        _saves = SaveSoonAsync(_saves, _waiting.Token);
    }

    /// <summary>Returns when a save that runs has ended and what was not saved has been tried once; <see cref="HasUnsaved"/> says whether that worked.</summary>
    public Task SaveNowAsync()
    {
        StopWaiting();
        return _saves = SaveRestAsync(_saves);
    }

    /// <summary>The text has become something else, or is not wanted: nothing of it is saved any more.</summary>
    public void Forget()
    {
        StopWaiting();
        HasUnsaved = false;
    }

    /// <summary>Saves what the page knew last: a window that is closed says no more.</summary>
    public async ValueTask DisposeAsync()
    {
        if (!_disposed)
        {
            await SaveNowAsync();
            _disposed = true;
            _waiting.Dispose();
        }
    }

    private void StopWaiting()
    {
        _waiting.Cancel();
        _waiting.Dispose();
        _waiting = new CancellationTokenSource();
    }

    private async Task SaveRestAsync(Task before)
    {
        await before;
        if (HasUnsaved)
        {
            await SaveAsync();
        }
    }

    // cancelled when somebody typed on or saves at once; even then it ends after the save before it
    private async Task SaveSoonAsync(Task before, CancellationToken cancelled)
    {
        await PauseAsync(SaveAfter, cancelled);
        await before;
        while (HasUnsaved && !cancelled.IsCancellationRequested && !await SaveAsync())
        {
            await PauseAsync(RetryAfter, cancelled);
        }
    }

    private ConfiguredTaskAwaitable PauseAsync(TimeSpan pause, CancellationToken cancelled) =>
        Task.Delay(pause, time, cancelled).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing | ConfigureAwaitOptions.ContinueOnCapturedContext);

    /// <summary>False when trying again may help.</summary>
    private async Task<bool> SaveAsync()
    {
        if (_actor is not { } actor || Document is not { } document)
        {
            return true;
        }

        var sql = _sql;
        using var patience = new CancellationTokenSource(Patience, time);
        try
        {
            var result = await WriteAsync(actor, document, sql, Draft, patience.Token);
            if (result.IsSuccess)
            {
                (SavedAt, Problem, HasUnsaved) = (time.GetUtcNow(), null, _sql != sql);
                Document = document with { DraftId = result.Value.Value, Mine = true };
            }
            else
            {
                Problem = $"Not saved. {result.Error.ToText()}";
            }

            return true;
        }
        catch (Exception e) when (e is DbException or DbUpdateException or TimeoutException or OperationCanceledException)
        {
            EditorLog.DraftNotSaved(log, e, _slug);
            Problem = "Not saved: the portal's database does not answer. It is tried again every few seconds; keep this page open.";
            return false;
        }
        finally
        {
            saved();
        }
    }

    /// <summary>A draft that was deleted elsewhere meanwhile is made anew: what is on the screen counts.</summary>
    private async Task<Result<QueryDraftId>> WriteAsync(Actor actor, EditorDocument document, string sql, QueryDraftId? draft, CancellationToken cancellationToken)
    {
        var result = await drafts.SaveAsync(actor, _slug, draft, document.Name, sql, document.Subscription, cancellationToken);
        return result is { IsFailure: true, Error.Kind: ErrorKind.NotFound } && draft is not null
            ? await WriteAsync(actor, document, sql, null, cancellationToken)
            : result;
    }
}
