using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Logging.Abstractions;
using Pioneer.Domain.Subscriptions;
using Pioneer.Portal.Features.Editor;
using Pioneer.Tests.Persistence;
using Xunit;

namespace Pioneer.Tests.Portal;

public sealed class DraftAutosaveTests : IAsyncLifetime
{
    private static readonly EditorDocument New = new(null, "untitled", "", null, null, "", null, true);

    private readonly DomainDatabase _database = new();
    private DraftAutosave _autosave = null!;

    public async ValueTask InitializeAsync()
    {
        await _database.InitializeAsync();
        await _database.ATenantAsync();
        _autosave = new DraftAutosave(_database.As<ManageDrafts>(Actors.Admin), _database.Clock, NullLogger<DraftAutosave>.Instance, () => { });
        await _autosave.OpenAsync(Actors.Admin, "acme", New);
    }

    public async ValueTask DisposeAsync()
    {
        await _autosave.DisposeAsync();
        await _database.DisposeAsync();
    }

    [Fact]
    public async Task Text_is_saved_a_second_after_the_last_key()
    {
        _autosave.Type("SELECT 1");
        _database.Clock.Advance(DraftAutosave.SaveAfter / 2);
        _autosave.Type("SELECT 12");
        _database.Clock.Advance(DraftAutosave.SaveAfter / 2);
        Assert.Empty(await DraftsAsync());

        _database.Clock.Advance(DraftAutosave.SaveAfter / 2);
        await Wait.UntilAsync(() => !_autosave.HasUnsaved);
        Assert.Equal(["SELECT 12"], await DraftsAsync());
        Assert.Equal(_database.Clock.GetUtcNow(), _autosave.SavedAt);
    }

    [Fact]
    public async Task Text_is_saved_at_once_when_the_page_goes_away()
    {
        _autosave.Type("SELECT 1");

        await _autosave.DisposeAsync();

        Assert.Equal(["SELECT 1"], await DraftsAsync());
    }

    [Fact]
    public async Task Text_is_saved_before_another_document_is_opened()
    {
        _autosave.Type("SELECT 1");

        await _autosave.OpenAsync(Actors.Admin, "acme", New);
        _autosave.Type("SELECT 2");
        await _autosave.SaveNowAsync();

        Assert.Equal(["SELECT 1", "SELECT 2"], await DraftsAsync());
    }

    [Fact]
    public async Task Saves_at_the_same_moment_make_one_draft()
    {
        _autosave.Type("SELECT 1");
        var first = _autosave.SaveNowAsync();
        _autosave.Type("SELECT 2");
        var second = _autosave.SaveNowAsync();

        await first;
        await second;

        Assert.Equal(["SELECT 2"], await DraftsAsync());
        Assert.False(_autosave.HasUnsaved);
    }

    [Fact]
    public async Task Text_that_is_forgotten_is_not_saved()
    {
        _autosave.Type("SELECT 1");

        _autosave.Forget();
        _database.Clock.Advance(DraftAutosave.SaveAfter * 2);
        await _autosave.DisposeAsync();

        Assert.Empty(await DraftsAsync());
    }

    [Fact]
    public async Task Draft_that_was_deleted_elsewhere_is_made_anew_by_the_next_key()
    {
        _autosave.Type("SELECT 1");
        await _autosave.SaveNowAsync();
        var deleted = _autosave.Draft!.Value;
        await _database.Get<ManageDrafts>().DeleteAsync(Actors.Admin, "acme", deleted, DomainDatabase.Token);

        _autosave.Type("SELECT 2");
        await _autosave.SaveNowAsync();

        Assert.Equal(["SELECT 2"], await DraftsAsync());
        Assert.NotEqual(deleted, _autosave.Draft);
    }

    [Fact]
    public async Task Copy_of_somebody_elses_draft_is_the_readers_own()
    {
        _autosave.Type("SELECT 1");
        await _autosave.SaveNowAsync();
        var theirs = _autosave.Draft!.Value;

        await _autosave.OpenAsync(Actors.Admin, "acme", New with { DraftId = theirs.Value, Sql = "SELECT 1", Mine = false });
        Assert.Null(_autosave.Draft);
        _autosave.Type("SELECT 2");
        await _autosave.SaveNowAsync();

        Assert.Equal(["SELECT 1", "SELECT 2"], await DraftsAsync());
        Assert.NotEqual(theirs, _autosave.Draft);
    }

    [Fact]
    public async Task Text_that_is_refused_stays_unsaved_and_says_why()
    {
        _autosave.Type(new string('x', ManageDrafts.MaxLength + 1));

        await _autosave.SaveNowAsync();

        Assert.True(_autosave.HasUnsaved);
        Assert.Equal("Not saved. The draft has 1000001 characters; 1000000 can be kept.", _autosave.Problem);
    }

    [Fact]
    public async Task Database_that_does_not_answer_is_asked_again_until_it_does()
    {
        await RunAsync("ALTER TABLE QueryDrafts RENAME TO Away");
        _autosave.Type("SELECT 1");
        _database.Clock.Advance(DraftAutosave.SaveAfter);
        await Wait.UntilAsync(() => _autosave.Problem is not null);
        Assert.True(_autosave.HasUnsaved);

        await RunAsync("ALTER TABLE Away RENAME TO QueryDrafts");
        await Wait.UntilAsync(() =>
        {
            _database.Clock.Advance(DraftAutosave.RetryAfter);
            return !_autosave.HasUnsaved;
        });

        Assert.Null(_autosave.Problem);
        Assert.Equal(["SELECT 1"], await DraftsAsync());
    }

    private async Task<IReadOnlyList<string>> DraftsAsync()
    {
        await using var db = _database.Open();
        return await db.QueryDrafts.OrderBy(draft => draft.Sql).Select(draft => draft.Sql).ToListAsync(DomainDatabase.Token);
    }

    private async Task RunAsync(string sql)
    {
        await using var db = _database.Open();
        await db.Database.ExecuteSqlRawAsync(sql, DomainDatabase.Token);
    }
}
